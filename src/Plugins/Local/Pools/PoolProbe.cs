using StorageConnect.Plugins.Local.Configuration;

namespace StorageConnect.Plugins.Local.Pools;

/// <summary>Determines a pool's abilities by trying, on nameless files that leave nothing behind and have no data.</summary>
internal static class PoolProbe
{
    private const long Btrfs = 0x9123683E;
    private const long Xfs = 0x58465342;
    private const int Length = 1 << 16;

    private static readonly Dictionary<long, string> FileSystems = new()
    {
        [Xfs] = "XFS",
        [Btrfs] = "Btrfs",
        [0xEF53] = "ext4",
        [0x01021994] = "tmpfs",
        [0xF2F52010] = "F2FS",
        [0xCA451A4E] = "bcachefs",
        [0x2FC12FC1] = "ZFS",
        [0x794C7630] = "overlayfs",
    };

    public static FilePool Probe(PoolFolder folder, bool isReadOnly)
    {
        var type = LinuxFile.FileSystem(folder.Path).Type & 0xFFFFFFFF;
        var name = FileSystems.GetValueOrDefault(type) ?? FormattableString.Invariant($"file system 0x{type:x}");
        if (isReadOnly)
        {
            // Nothing can be tried, and nothing can be changed either: the abilities are those of the kind.
            return type switch
            {
                Btrfs => new RewritingPool(folder.Path, name, canBeDurable: true),
                Xfs => new UnsharingPool(folder.Path, name, canBeDurable: true),
                _ => new CopyPool(folder.Path, name, canBeDurable: true),
            };
        }

        using var source = LinuxFile.CreateTemporary(folder.Pending);
        LinuxFile.SetLength(source, Length);
        var canBeDurable = LinuxFile.TrySetSynchronous(source, on: true) && LinuxFile.TrySetSynchronous(source, on: false);
        if (!Succeeds(() =>
        {
            using var target = LinuxFile.CreateTemporary(folder.Pending);
            LinuxFile.CloneInto(source, target);
        }))
        {
            return new CopyPool(folder.Path, name, canBeDurable);
        }

        return type != Btrfs && Succeeds(() => LinuxFile.Unshare(source, 0, Length), Errno.NoSpace)
            ? new UnsharingPool(folder.Path, name, canBeDurable)
            : new RewritingPool(folder.Path, name, canBeDurable);
    }

    /// <param name="attempt">The attempt.</param>
    /// <param name="alsoMeansYes">An error that means yes, such as a lack of free space.</param>
    private static bool Succeeds(Action attempt, int alsoMeansYes = 0)
    {
        try
        {
            attempt();
            return true;
        }
        catch (LinuxFileException e) when (e.Errno is Errno.NotSupported or Errno.Invalid or Errno.NoTty or Errno.NotImplemented or Errno.CrossDevice)
        {
            return false;
        }
        catch (LinuxFileException e) when (alsoMeansYes != 0 && e.Errno == alsoMeansYes)
        {
            return true;
        }
    }
}
