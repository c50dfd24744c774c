using System.Runtime.Versioning;
using StorageConnect.Linux.Files;
using StorageConnect.Linux.Native;

namespace StorageConnect.Engine.Plugins;

/// <summary>
/// Plug-ins run with all the user's rights, so outside the module only those that no other user can have written are loaded: every file, its
/// folder and all parents belong to the user or root, and no one else can write to them.
/// </summary>
internal static class PluginTrust
{
    // The kernel's own limit.
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

    /// <summary>Why a program that runs plug-ins can't be trusted, or null when it can: the rule for a plug-in's own files.</summary>
    public static string? FindProgramProblem(string path) =>
        OperatingSystem.IsLinux() ? FindProblemUpwards(Path.GetFullPath(path), MostLinks) : null;

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
        var owner = LinuxFile.TryStatus(path, followLink: false)?.Owner ?? throw new FileNotFoundException($"'{path}' is gone.", path);
        if (owner != 0 && owner != User.EffectiveId)
        {
            return $"'{path}' belongs to another user (uid {owner}). Only plug-ins owned by you or root are loaded: chown it.";
        }

        // The target of a link, and all its parents, must be safe too.
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
}
