using System.Text;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Use;

/// <summary>The kernel's tables of mounts and swap areas.</summary>
internal static class DeviceTable
{
    /// <summary>A mount: the device's number, what it was mounted from, and where.</summary>
    internal sealed record Mount(string DeviceNumber, string Source, string MountPoint);

    /// <summary>All mounts this process sees.</summary>
    public static IReadOnlyList<Mount> ReadMounts(HostRoots roots)
    {
        var mounts = new List<Mount>();
        foreach (var line in SysFile.ReadText(Path.Combine(roots.Proc, "self", "mountinfo")).Split('\n'))
        {
            // id parent major:minor root mount-point options [optional fields] - type source options
            var fields = line.Split(' ');
            var separator = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
            if (separator > 0 && fields.Length > separator + 2)
            {
                mounts.Add(new(fields[2], Unescape(fields[separator + 2]), Unescape(fields[4])));
            }
        }

        return mounts;
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
