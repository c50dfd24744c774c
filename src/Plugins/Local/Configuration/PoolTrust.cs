namespace StorageConnect.Plugins.Local.Configuration;

/// <summary>
/// A user who can write in a pool folder, or move it away, controls what this process reads, writes and deletes there. So the folder, its contents
/// and all its parents must belong to root or this user, and no other user may write there. Then no link can be planted in it either.
/// </summary>
internal static class PoolTrust
{
    // The kernel's own limit.
    private const int MostLinks = 40;
    private const uint WritableByOthers = 0x12; // 0022
    private const uint Sticky = 0x200; // 01000

    /// <summary>Checks the way to the pool folder, and what this plug-in keeps in it.</summary>
    /// <exception cref="AccessDeniedException">It is not safe.</exception>
    public static void Require(PoolFolder folder)
    {
        if (FindProblem(folder) is { } problem)
        {
            throw new AccessDeniedException($"The pool folder {folder.Path} is not safe to use: {problem.Reason}.")
            {
                ErrorId = "PoolNotTrusted",
                Element = folder.Path,
                Recommendation = $"{problem.Action}. A pool must belong to you or root, with all folders above it, and no other user may write there.",
            };
        }
    }

    /// <summary>What makes a pool folder unsafe, or null.</summary>
    public static (string Reason, string Action)? FindProblem(PoolFolder folder)
    {
        if (FindProblemUpwards(folder.Path, MostLinks) is { } problem)
        {
            return problem;
        }

        foreach (var part in folder.Folders)
        {
            if (LinuxFile.TryStatus(part, followLink: false) is { } status)
            {
                var wrong = status.IsFolder
                    ? FindProblemOf(part, status, isParent: false)
                    : ($"{part} is no folder", $"Find out who put it there, and remove it: rm {part}");
                if (wrong is not null)
                {
                    return wrong;
                }
            }
        }

        foreach (var part in folder.Files)
        {
            if (LinuxFile.TryStatus(part, followLink: false) is { } status)
            {
                var wrong = status.IsRegular
                    ? FindProblemOf(part, status, isParent: false)
                    : ($"{part} is no regular file", $"Find out who put it there, and remove it: rm {part}");
                if (wrong is not null)
                {
                    return wrong;
                }
            }
        }

        return null;
    }

    private static (string Reason, string Action)? FindProblemUpwards(string path, int links)
    {
        for (var parent = path; parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (LinuxFile.TryStatus(parent, followLink: false) is not { } status)
            {
                continue;
            }

            if (FindProblemOf(parent, status, isParent: parent != path) is { } problem)
            {
                return problem;
            }

            // The target of a link, and all its parents, must be safe too.
            if (status.IsLink && File.ResolveLinkTarget(parent, returnFinalTarget: false) is { } target)
            {
                var onward = links > 0
                    ? FindProblemUpwards(Path.GetFullPath(target.FullName), links - 1)
                    : ($"{parent} is a link to a link, and so on without end", $"Replace the link {parent}");
                if (onward is not null)
                {
                    return onward;
                }
            }
        }

        return null;
    }

    private static (string Reason, string Action)? FindProblemOf(string path, FileStatus status, bool isParent)
    {
        if (status.Owner != 0 && status.Owner != User.EffectiveId)
        {
            // Links that this user planted in a pool would be its new owner's.
            return ($"{path} belongs to another user (uid {status.Owner})", isParent
                ? $"chown it: chown {Environment.UserName} {path}"
                : $"Find out why, and look for links in it, which no pool has: find {path} -type l. Only then chown it: "
                    + $"chown -hR {Environment.UserName} {path}");
        }

        // In a folder with the sticky bit, such as /tmp, others can add entries but not replace ours.
        var isSafeToShare = isParent && (status.Mode & Sticky) != 0;
        return !status.IsLink && (status.Mode & WritableByOthers) != 0 && !isSafeToShare
            ? ($"{path} can be written by other users", isParent
                ? $"chmod it: chmod go-w {path}"
                : $"Look for what others put there, links above all: find {path} -type l. Then chmod it: chmod go-w {path}")
            : null;
    }
}
