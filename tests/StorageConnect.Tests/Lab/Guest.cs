using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace StorageConnect.Tests.Lab;

/// <summary>A machine with a kernel of its own, in which scenarios run: <c>tests/Lab/run.sh</c>.</summary>
internal static class Guest
{
    private const int CannotBoot = 126;
    private const int Timeout = 1800; // seconds

    private static readonly (string Tool, string Package)[] Needed =
    [
        ("linux.uml", "user-mode-linux"), ("iscsid", "open-iscsi"), ("multipathd", "multipath-tools"), ("tgtd", "tgt"), ("udevadm", "udev"),
        ("modprobe", "kmod"), ("ip", "iproute2"), ("strace", "strace"), ("perl", "perl-base"),
    ];

    private static readonly string[] Folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    public static string Folder { get; } = Path.Combine(StagedModule.Root, "tests", "Lab");

    /// <param name="scenario">The scenario, by its path in the lab's folder.</param>
    /// <param name="timeout">Seconds until the guest is ended.</param>
    /// <param name="memory">The guest's memory, as its kernel reads it; it takes what it uses.</param>
    public static async Task RunAsync(string scenario, int timeout = Timeout, string memory = "1G")
    {
        SkipWhereSomethingIsMissing();
        var start = new ProcessStartInfo(
            Path.Combine(Folder, "run.sh"),
            ["--memory", memory, "--timeout", timeout.ToString(CultureInfo.InvariantCulture), Path.Combine(Folder, scenario)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        var said = await output + await errors;
        TestContext.Current.TestOutputHelper?.WriteLine(said);
        Assert.SkipWhen(process.ExitCode == CannotBoot, $"No guest can boot here. {said}");
        Assert.True(process.ExitCode == 0, $"{scenario} ended with {process.ExitCode}:\n{said}");
    }

    private static void SkipWhereSomethingIsMissing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The lab is a Linux guest on this machine's own root file system.");
        foreach (var (tool, package) in Needed)
        {
            Assert.SkipUnless(Folders.Any(folder => File.Exists(Path.Combine(folder, tool))), $"{tool} is missing: install the package {package}.");
        }
    }
}
