using StorageConnect.Engine.Arrays;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Iscsi;

/// <summary>Reads who this host is to arrays.</summary>
internal static class HostInitiator
{
    /// <summary>How the names of iface records begin that are made here: they name no initiator of their own.</summary>
    public const string OwnInterface = "storage-connect.";

    private const string Key = "InitiatorName";

    /// <exception cref="AccessDeniedException">This user may not read the initiator's name.</exception>
    public static OscInitiator Read(HostRoots roots) => new()
    {
        Iqn = ReadSessionName(roots) ?? (ReadNames(roots) is [var first, ..] ? first : null),
        Wwpns =
        [
            .. SysFile.Names(Path.Combine(roots.Sys, "class", "fc_host"))
                .Select(host => SysFile.TryReadText(Path.Combine(roots.Sys, "class", "fc_host", host, "port_name")))
                .OfType<string>()
                .Select(name => InitiatorName.TryGetWwn(name) ?? name)
        ],
        HostName = Environment.MachineName,
    };

    /// <summary>The names in iscsid's settings, in their order: iscsid takes the first.</summary>
    /// <remarks>
    /// As iscsid reads them: the key anywhere in a line that no <c>#</c> stands before, the value after the next <c>=</c>, without blanks at its ends.
    /// </remarks>
    /// <exception cref="AccessDeniedException">This user may not read them.</exception>
    public static IReadOnlyList<string> ReadNames(HostRoots roots)
    {
        var path = Path.Combine(roots.Etc, "iscsi", "initiatorname.iscsi");
        try
        {
            return [.. File.ReadLines(path).Select(ValueOf).OfType<string>()];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (UnauthorizedAccessException e)
        {
            throw HostErrors.InitiatorNameUnreadable(path, e);
        }
    }

    /// <summary>The name under which iscsid logged in to the newest session that takes it from its settings; null where there is none.</summary>
    /// <remarks>iscsid reads its settings when it starts, so they may say something else by now.</remarks>
    public static string? ReadSessionName(HostRoots roots)
    {
        var sessions = Path.Combine(roots.Sys, "class", "iscsi_session");
        return IscsiSession.ReadAll(roots)
            .Where(session => session.InterfaceName is "default" || session.InterfaceName.StartsWith(OwnInterface, StringComparison.Ordinal))
            .Reverse()
            .Select(session => SysFile.TryReadText(Path.Combine(sessions, $"session{session.Id}", "initiatorname"))?.Trim())
            .FirstOrDefault(name => name is { Length: > 0 } and not ("<NULL>" or "(null)"));
    }

    private static string? ValueOf(string line)
    {
        var key = line.IndexOf(Key, StringComparison.Ordinal);
        var comment = line.IndexOf('#', StringComparison.Ordinal);
        var equals = key < 0 || (comment >= 0 && comment < key) ? -1 : line.IndexOf('=', key);
        return equals >= 0 && line[(equals + 1)..].Trim() is { Length: > 0 } value ? value : null;
    }
}
