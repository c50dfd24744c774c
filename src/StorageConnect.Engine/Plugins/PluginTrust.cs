using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace StorageConnect.Engine.Plugins;

/// <summary>
/// Plug-ins run with all the user's rights, so outside the module only what nobody else can have written is loaded: every file, its folder and
/// all parents belong to the user or root, and nobody else can write to them.
/// </summary>
internal static partial class PluginTrust
{
    // As many as the kernel follows.
    private const int MostLinks = 40;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Why a plug-in folder can't be trusted, or null when it can.</summary>
    public static string? FindProblem(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null; // Other systems have no such owners and modes; their folders are protected by their own means.
        }

        if (FindProblemUpwards(Path.GetFullPath(folder), MostLinks) is { } problem)
        {
            return problem;
        }

        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
        {
            problem = FindProblemOf(path, isParent: false, MostLinks);
            if (problem is not null)
            {
                return problem;
            }
        }

        return null;
    }

    [SupportedOSPlatform("linux")]
    private static string? FindProblemUpwards(string path, int links)
    {
        for (var parent = path; parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (FindProblemOf(parent, isParent: parent != path, links) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    [SupportedOSPlatform("linux")]
    private static string? FindProblemOf(string path, bool isParent, int links)
    {
        var owner = OwnerOf(path);
        if (owner != 0 && owner != GetEffectiveUserId())
        {
            return $"'{path}' belongs to another user (uid {owner}). Only plug-ins owned by you or root are loaded: chown it.";
        }

        // A link is as good as the way to what it points to: all of that must be safe too.
        if (File.ResolveLinkTarget(path, returnFinalTarget: false) is { } target)
        {
            return links > 0 ? FindProblemUpwards(Path.GetFullPath(target.FullName), links - 1) : $"'{path}' is a link to a link, and so on without end.";
        }

        var mode = File.GetUnixFileMode(path);
        // In a folder with the sticky bit, such as /tmp, others can add entries but not replace ours.
        var safeToShare = isParent && mode.HasFlag(UnixFileMode.StickyBit);
        return (mode & WritableByOthers) != 0 && !safeToShare
            ? $"'{path}' can be written by other users. Only plug-ins that nobody else can change are loaded: chmod go-w it."
            : null;
    }

    private static unsafe uint OwnerOf(string path)
    {
        const int currentFolder = -100;
        const int ofTheLinkItself = 0x100;
        const int ownerOffset = 20; // stx_uid: mask 4, blksize 4, attributes 8, nlink 4
        const uint ownerMask = 0x8;
        var buffer = stackalloc byte[256];
        return Statx(currentFolder, path, ofTheLinkItself, ownerMask, buffer) == 0
            ? *(uint*)(buffer + ownerOffset)
            : throw new IOException($"The owner of '{path}' can't be read: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    // statx has the same layout on every architecture, unlike stat.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}
