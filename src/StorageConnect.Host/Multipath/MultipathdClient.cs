using System.Globalization;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.Multipath;

/// <summary>multipathd's own client program, for a daemon that listens on a socket with another name: each build may choose one.</summary>
internal sealed class MultipathdClient(HostRoots roots, HostDeadlines deadlines, IToolRunner tools)
{
    /// <summary>True when multipathd runs, by its pid file and that process. No process is started for this.</summary>
    public bool IsRunning() =>
        int.TryParse(SysFile.TryReadText(Path.Combine(roots.Run, "multipathd.pid")), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
        && SysFile.TryReadText(Path.Combine(roots.Proc, process.ToString(CultureInfo.InvariantCulture), "comm")) == HostTool.Multipathd.Name;

    /// <summary>The whole reply, as from the socket.</summary>
    /// <exception cref="HostNotReadyException">There was none.</exception>
    public async Task<string> ExecuteAsync(string command, CancellationToken cancellationToken)
    {
        ToolResult result;
        try
        {
            result = await tools.RunAsync(new(HostTool.Multipathd, "-k" + command), deadlines.MultipathdReply, cancellationToken);
        }
        catch (ToolFailedException e)
        {
            throw MultipathErrors.MultipathdUnreachableByClient(command, e);
        }

        return result.Output.TrimEnd('\n') is { Length: > 0 } reply
            ? reply
            : throw MultipathErrors.MultipathdUnreachableByClient(command, result.ExitCode, result.Error.Trim());
    }
}
