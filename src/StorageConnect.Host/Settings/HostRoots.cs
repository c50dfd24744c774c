namespace StorageConnect.Host.Settings;

/// <summary>The folders of the kernel, udev and the daemons. Tests replace them with a folder of their own.</summary>
/// <remarks>Returned paths always begin with <c>/dev</c>, whatever the roots are: they are names on the host.</remarks>
internal sealed record HostRoots
{
    /// <summary>The machine this runs on.</summary>
    public static HostRoots Machine { get; } = new()
    {
        AbstractMultipathdSocket = "/org/kernel/linux/storage/multipathd",
        HasKernelEvents = OperatingSystem.IsLinux(),
    };

    public string Sys { get; init; } = "/sys";

    public string Dev { get; init; } = "/dev";

    public string Run { get; init; } = "/run";

    public string Proc { get; init; } = "/proc";

    public string Etc { get; init; } = "/etc";

    public string Var { get; init; } = "/var";

    /// <summary>multipathd's name in the abstract socket namespace, which roots can't redirect; null = none is tried.</summary>
    public string? AbstractMultipathdSocket { get; init; }

    /// <summary>True where the kernel announces devices on its netlink socket: on the machine itself, whose devices these are.</summary>
    public bool HasKernelEvents { get; init; }

    /// <summary>A simulated host in <paramref name="folder"/>, with nothing of the machine in it.</summary>
    public static HostRoots Under(string folder) => new()
    {
        Sys = Path.Combine(folder, "sys"),
        Dev = Path.Combine(folder, "dev"),
        Run = Path.Combine(folder, "run"),
        Proc = Path.Combine(folder, "proc"),
        Etc = Path.Combine(folder, "etc"),
        Var = Path.Combine(folder, "var"),
    };
}
