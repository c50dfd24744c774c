using System.Diagnostics;
using Xunit;

namespace StorageConnect.Tests.Local.Support;

/// <summary>The iSCSI clients of libiscsi and QEMU: initiators that nobody here wrote.</summary>
public static class IscsiTool
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What a client said and how it ended.</summary>
    public sealed record Result(int ExitCode, string Output);

    public static string Url(string portal, string target, string credentials = "", string query = "") => $"iscsi://{credentials}{portal}/{target}/1{query}";

    public static async Task<Result> RunAsync(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool,
            arguments)
        { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(Token);
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return new(process.ExitCode, output + await error);
    }

    /// <summary>The names of the targets that a portal shows to an initiator.</summary>
    public static async Task<IReadOnlyList<string>> DiscoverAsync(string portal, string initiator)
    {
        var result = await RunAsync("iscsi-ls", "-i", initiator, $"iscsi://{portal}/");
        return [.. result.Output.Split('\n').Where(line => line.StartsWith("Target:", StringComparison.Ordinal))
            .Select(line => line["Target:".Length..].Split(' ')[0])];
    }

    public static async Task<long> SizeAsync(string portal, string target, string initiator)
    {
        var result = await RunAsync("iscsi-readcapacity16", "-i", initiator, "-s", Url(portal, target));
        Assert.True(result.ExitCode == 0, result.Output);
        return long.Parse(result.Output.Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }

    public static Task<Result> InquireAsync(string portal, string target, string initiator, int page) =>
        RunAsync("iscsi-inq", "-i", initiator, "-e", "1", "-c", page.ToString(System.Globalization.CultureInfo.InvariantCulture), Url(portal, target));

    /// <summary>qemu-io, with one command after the other.</summary>
    public static Task<Result> QemuAsync(string portal, string target, string initiator, params string[] commands)
    {
        TgtDaemon.Require("qemu-io", "qemu-utils");
        Assert.SkipUnless(Directory.EnumerateFiles("/usr/lib", "block-iscsi.so",
            new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Any(),
            "QEMU's iSCSI driver is missing: install the package qemu-block-extra.");
        return RunAsync("qemu-io", [.. commands.SelectMany(command => (string[])["-c", command]), "--image-opts",
            $"driver=raw,file.driver=iscsi,file.transport=tcp,file.portal={portal},file.target={target},file.lun=1,file.initiator-name={initiator}"]);
    }
}
