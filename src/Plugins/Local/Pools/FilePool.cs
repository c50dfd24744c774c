using Microsoft.Win32.SafeHandles;

namespace StorageConnect.Plugins.Local.Pools;

/// <summary>
/// Volumes as files of a local file system: thin = sparse, thick = reserved. Differences between file systems are in the subclasses.
/// Works on the data only, never on the database.
/// </summary>
internal abstract class FilePool(string path, string fileSystem, bool canBeDurable)
{
    /// <summary>The kind of pool, for display.</summary>
    public abstract string Description { get; }

    /// <summary>What the pool can do at this moment.</summary>
    public abstract Capabilities Capabilities { get; }

    /// <summary>True: <see cref="Clone"/> is instant, a point in time even under writers. False: copies are made by jobs.</summary>
    public abstract bool ClonesInstantly { get; }

    /// <summary>True when every write to a volume can be made synchronous.</summary>
    public bool CanBeDurable => canBeDurable;

    protected string FileSystem => fileSystem;

    /// <summary>The abilities of all pools.</summary>
    protected static Capabilities Common { get; } = new()
    {
        CustomSnapName = Ability.Yes,
        CustomCloneName = Ability.Yes,
        Resize = Ability.Online,
        ResizeIsSync = Ability.Yes,
        RequireStorageName = Ability.No,
        AccessControl = Ability.Yes,
        MaxAccessEntries = Capabilities.Unlimited,
    };

    /// <summary>Total, used and free bytes of the file system. Shared blocks count once; used counts other files on it, too.</summary>
    public (long Total, long Used, long Free) Capacity()
    {
        var status = LinuxFile.FileSystem(path);
        long Bytes(ulong blocks) => (long)UInt128.Min(blocks * (UInt128)status.BlockSize, long.MaxValue);
        return (Bytes(status.Blocks), Bytes(status.Blocks - status.FreeBlocks), Bytes(status.AvailableBlocks));
    }

    /// <summary>Gives a new, empty volume its size. It is not synced.</summary>
    public void Allocate(SafeFileHandle volume, long size, bool thin) => SetSize(volume, 0, size, thin);

    /// <summary>Makes a volume larger or smaller, durably. On an error its size is what it was.</summary>
    public void Resize(SafeFileHandle volume, long oldSize, long newSize, bool thin)
    {
        try
        {
            SetSize(volume, oldSize, newSize, thin);
            LinuxFile.Sync(volume);
        }
        catch (LinuxFileException) when (newSize > oldSize)
        {
            LinuxFile.SetLength(volume, oldSize);
            throw;
        }
    }

    private void SetSize(SafeFileHandle volume, long oldSize, long newSize, bool thin)
    {
        var reserve = thin ? 0 : newSize - oldSize;
        RequireFree(reserve);
        LinuxFile.SetLength(volume, newSize);
        if (reserve > 0)
        {
            LinuxFile.Reserve(volume, oldSize, reserve);
        }

        Steps.At("resized");
    }

    /// <summary>Makes the content and size of <paramref name="target"/> that of <paramref name="source"/>.</summary>
    public abstract void Clone(SafeFileHandle source, SafeFileHandle target, CancellationToken cancellationToken);

    /// <summary>Gives a volume blocks of its own; its content does not change.</summary>
    public abstract void Split(SafeFileHandle volume, CancellationToken cancellationToken);

    /// <summary>Makes every write to a volume synchronous, or not. Does nothing where the file system cannot.</summary>
    public void SetDurable(SafeFileHandle volume, bool durable)
    {
        if (CanBeDurable && !LinuxFile.TrySetSynchronous(volume, durable))
        {
            throw LinuxFileException.Last("make writes to a volume synchronous");
        }
    }

    /// <summary>Refuses a split that can't fit, before it uses up the free space of the file system.</summary>
    public void RequireRoomToSplit(SafeFileHandle volume) => RequireRoomToSplit(FileExtents.Shared(volume));

    protected void RequireRoomToSplit(IEnumerable<(long Start, long Length)> shared) => RequireFree(shared.Sum(extent => extent.Length));

    /// <summary>Refuses data that can't fit, before it uses up the free space of the file system.</summary>
    /// <exception cref="LinuxFileException">There is less free space.</exception>
    public void RequireFree(long length)
    {
        if (length > Capacity().Free)
        {
            throw new LinuxFileException("reserve space for a file", Errno.NoSpace);
        }
    }
}
