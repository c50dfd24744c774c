using System.Globalization;
using StorageConnect.Engine.Arrays;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Iscsi;

/// <summary>Reads this host's initiator names and ports.</summary>
internal static class HostInitiator
{
    /// <summary>The prefix of our iface records: they have no initiator name of their own.</summary>
    public const string OwnInterface = "storage-connect.";

    private const string Key = "InitiatorName";

    /// <exception cref="AccessDeniedException">This user may not read the initiator's name.</exception>
    public static OscInitiator Read(HostRoots roots)
    {
        var own = ReadOwn(roots);
        return new()
        {
            Iqn = own?.Name,
            Wwpns =
            [
                .. ReadPorts(roots).OrderBy(port => port.Key).Select(port => port.Value)
            ],
            InterfaceIqns = [.. new[] { own?.OtherName }.Concat(ReadInterfaces(roots).Select(identity => identity.Name)).OfType<string>().Distinct()],
            HostName = Environment.MachineName,
        };
    }

    /// <summary>iscsid's own name; null where it has none.</summary>
    /// <exception cref="AccessDeniedException">This user may not read the initiator's name.</exception>
    public static InitiatorIdentity? ReadOwn(HostRoots roots)
    {
        if (ReadSessionName(roots) is not { } used)
        {
            return ReadNames(roots) is [var first, ..] ? new(first, null) : null;
        }

        try
        {
            var set = ReadNames(roots) is [var first, ..] ? first : used;
            return new(used, null) { OtherName = string.Equals(set, used, StringComparison.OrdinalIgnoreCase) ? null : set };
        }
        catch (AccessDeniedException)
        {
            return new(used, null); // who may not read the settings can't log in either
        }
    }

    /// <summary>The WWPNs of this host's Fibre Channel ports, by the number of the SCSI host.</summary>
    public static IReadOnlyDictionary<int, string> ReadPorts(HostRoots roots)
    {
        const string prefix = "host";
        var folder = Path.Combine(roots.Sys, "class", "fc_host");
        return SysFile.Names(folder, prefix + "*")
            .Select(name => (Number: int.Parse(name[prefix.Length..], CultureInfo.InvariantCulture),
                Name: SysFile.TryReadText(Path.Combine(folder, name, "port_name"))))
            .Where(port => port.Name is not null)
            .ToDictionary(port => port.Number, port => InitiatorName.TryGetWwn(port.Name!) ?? port.Name!);
    }

    /// <summary>The initiator names of iface records: a session through such a record logs in with that name.</summary>
    /// <exception cref="AccessDeniedException">This user may not read them.</exception>
    public static IReadOnlyList<InitiatorIdentity> ReadInterfaces(HostRoots roots) =>
    [
        .. from parent in new[] { Path.Combine(roots.Etc, "iscsi"), Path.Combine(roots.Var, "lib", "iscsi") }
           let folder = Path.Combine(parent, "ifaces")
           from name in ReadInterfaceNames(folder)
           where !name.StartsWith(OwnInterface, StringComparison.Ordinal)
           let initiator = ReadInterfaceName(Path.Combine(folder, name))
           where initiator is not null
           select new InitiatorIdentity(initiator, name)
    ];

    private static IEnumerable<string> ReadInterfaceNames(string folder)
    {
        try
        {
            return SysFile.Names(folder);
        }
        catch (UnauthorizedAccessException e)
        {
            throw HostErrors.InitiatorNameUnreadable(folder, e);
        }
    }

    private static string? ReadInterfaceName(string path) => (SysFile.TryReadText(path) ?? "").Split('\n')
        .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries))
        .Where(parts => parts is ["iface.initiatorname", { Length: > 0 }])
        .Select(parts => parts[1])
        .LastOrDefault();

    /// <summary>The names in iscsid's settings, in order: iscsid uses the first.</summary>
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

    /// <summary>The initiator name of the newest session that uses iscsid's settings; null where there is none.</summary>
    /// <remarks>iscsid reads its settings when it starts, so the file may have changed since.</remarks>
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
