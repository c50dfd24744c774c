using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Iscsi;

/// <summary>Reads who this host is to arrays.</summary>
internal static class HostInitiator
{
    private const string Key = "InitiatorName=";

    /// <exception cref="AccessDeniedException">This user may not read the initiator's name.</exception>
    public static OscInitiator Read(HostRoots roots) => new()
    {
        Iqn = ReadIqn(Path.Combine(roots.Etc, "iscsi", "initiatorname.iscsi")),
        Wwpns =
        [
            .. SysFile.Names(Path.Combine(roots.Sys, "class", "fc_host"))
                .Select(host => SysFile.TryReadText(Path.Combine(roots.Sys, "class", "fc_host", host, "port_name")))
                .OfType<string>()
                .Select(name => name.StartsWith("0x", StringComparison.Ordinal) ? name[2..].ToLowerInvariant() : name.ToLowerInvariant())
        ],
        HostName = Environment.MachineName,
    };

    // As iscsid reads it: the last line that sets it counts.
    private static string? ReadIqn(string path)
    {
        try
        {
            return File.ReadLines(path)
                .Select(line => line.Trim())
                .Where(line => line.StartsWith(Key, StringComparison.Ordinal))
                .Select(line => line[Key.Length..].Trim())
                .LastOrDefault(name => name.Length > 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw HostErrors.InitiatorNameUnreadable(path, e);
        }
    }
}
