using System.Text;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Use;

/// <summary>The kernel's tables of mounts and swap areas.</summary>
internal static class DeviceTable
{
    /// <summary>A mount.</summary>
    /// <param name="DeviceNumber">The device's number.</param>
    /// <param name="Source">What it was mounted from.</param>
    /// <param name="MountPoint">Where.</param>
    /// <param name="OtherDevices">The devices that its options name: a log, a journal, a real-time part.</param>
    /// <param name="Where">Empty, or its namespace, as the end of a sentence.</param>
    internal sealed record Mount(string DeviceNumber, string Source, string MountPoint, IReadOnlyList<string> OtherDevices, string Where);

    /// <summary>The mounts in this process's namespace.</summary>
    public static IReadOnlyList<Mount> ReadMounts(HostRoots roots) => [.. Parse(SysFile.ReadText(Path.Combine(roots.Proc, "self", "mountinfo")), "")];

    /// <summary>The mounts in each other mount namespace that has a visible process. A call for each process.</summary>
    public static IReadOnlyList<Mount> ReadMountsOfOthers(HostRoots roots)
    {
        var mounts = new List<Mount>();
        var seen = new HashSet<string?> { NamespaceOf(roots, "self"), null };
        foreach (var process in SysFile.Names(roots.Proc).Where(entry => char.IsAsciiDigit(entry[0])))
        {
            if (seen.Add(NamespaceOf(roots, process)) && SysFile.TryReadText(Path.Combine(roots.Proc, process, "mountinfo")) is { } table)
            {
                mounts.AddRange(
                    Parse(table, $" in the mount namespace of {SysFile.TryReadText(Path.Combine(roots.Proc, process, "comm")) ?? "the process"} ({process})"));
            }
        }

        return mounts;
    }

    private static string? NamespaceOf(HostRoots roots, string process)
    {
        try
        {
            return new FileInfo(Path.Combine(roots.Proc, process, "ns", "mnt")).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it has just ended, or is hidden
        }
    }

    private static IEnumerable<Mount> Parse(string table, string where)
    {
        foreach (var line in table.Split('\n'))
        {
            // id parent major:minor root mount-point options [optional fields] - type source options
            var fields = line.Split(' ');
            var separator = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
            if (separator > 0 && fields.Length > separator + 2)
            {
                var options = fields.Length > separator + 3 ? fields[separator + 3].Split(',') : [];
                yield return new(
                    fields[2],
                    Unescape(fields[separator + 2]),
                    Unescape(fields[4]),
                    [.. options.Select(option => option.Split('=', 2)).Where(option => option is [_, ['/', ..]]).Select(option => Unescape(option[1]))],
                    where);
            }
        }
    }

    /// <summary>The paths of all swap areas.</summary>
    public static IReadOnlyList<string> ReadSwaps(HostRoots roots)
    {
        try
        {
            var areas = SysFile.ReadText(Path.Combine(roots.Proc, "swaps")).Split('\n').Skip(1); // after the headings
            return [.. areas.Where(line => line.Length > 0).Select(line => Unescape(line.Split(' ', '\t')[0]))];
        }
        catch (FileNotFoundException)
        {
            return []; // a kernel built without swap
        }
    }

    /// <summary>Blanks and backslashes are written as <c>\</c> and three octal digits.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '\\' && i + 3 < bytes.Length && !bytes.AsSpan(i + 1, 3).ContainsAnyExceptInRange((byte)'0', (byte)'7'))
            {
                bytes[length++] = (byte)(((bytes[i + 1] - '0') << 6) | ((bytes[i + 2] - '0') << 3) | (bytes[i + 3] - '0'));
                i += 3;
            }
            else
            {
                bytes[length++] = bytes[i];
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
