namespace StorageConnect.Plugins.Ceph.Tool;

/// <summary>The programs of a cluster's clients.</summary>
internal enum CephProgram
{
    /// <summary>Images, snapshots, groups. It costs some 40 ms.</summary>
    Rbd,

    /// <summary>Health, capacity, tasks. It costs some 200 ms.</summary>
    Ceph,

    /// <summary>Locks that expire by themselves.</summary>
    Rados,

    /// <summary>What has to work in a full pool: <c>full_pool.py</c>. It costs some 200 ms.</summary>
    Python,
}

/// <summary>One call of a program, without how to reach the cluster.</summary>
/// <param name="Program">The program.</param>
/// <param name="Arguments">Its arguments. No secrets.</param>
internal sealed record CephCommand(CephProgram Program, params IReadOnlyList<string> Arguments)
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(45);

    /// <summary>When the call is ended from outside: the programs' own time-outs don't cover everything.</summary>
    public TimeSpan Deadline { get; init; } = Usual;

    /// <summary>Given what the program writes to its standard error while it runs; null where nobody reads it.</summary>
    public Action<string>? OnProgress { get; init; }

    /// <summary>For errors.</summary>
    public override string ToString() =>
        $"{(Program == CephProgram.Python ? "python3 full_pool.py" : Program.ToString().ToLowerInvariant())} {string.Join(' ', Arguments)}";
}

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">The errno of the failure, 0 without one.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Error">What it wrote to its standard error, which may be something although all is well.</param>
internal sealed record CephAnswer(int ExitCode, string Output, string Error);

/// <summary>The one way to a cluster: its own programs. Tests answer with recorded output.</summary>
internal interface ICephTool
{
    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="ToolException">It gave no usable answer.</exception>
    CephAnswer Run(CephCommand command, CancellationToken cancellationToken);
}
