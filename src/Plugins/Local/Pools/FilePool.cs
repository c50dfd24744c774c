using Microsoft.Win32.SafeHandles;
using StorageConnect.Plugins.Local.Native;

namespace StorageConnect.Plugins.Local.Pools;

/// <summary>Volumes as files of any local file system: thin = sparse, thick = reserved.</summary>
internal abstract class FilePool(string path, string fileSystem, bool canBeDurable) : IVolumePool
{
    public abstract string Description { get; }

    public abstract Capabilities Capabilities { get; }

    public abstract bool ClonesInstantly { get; }

    public bool CanBeDurable => canBeDurable;

    protected string FileSystem => fileSystem;

    /// <summary>What all pools of files can do.</summary>
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

    public (long Total, long Used, long Free) Capacity()
    {
        var status = LinuxFile.FileSystem(path);
        long Bytes(ulong blocks) => (long)UInt128.Min(blocks * (UInt128)status.BlockSize, long.MaxValue);
        return (Bytes(status.Blocks), Bytes(status.Blocks - status.FreeBlocks), Bytes(status.AvailableBlocks));
    }

    public void Allocate(SafeFileHandle volume, long size, bool thin) => Resize(volume, 0, size, thin);

    public void Resize(SafeFileHandle volume, long oldSize, long newSize, bool thin)
    {
        try
        {
            var reserve = thin ? 0 : newSize - oldSize;
            RequireFree(reserve);
            LinuxFile.SetLength(volume, newSize);
            if (reserve > 0)
            {
                LinuxFile.Reserve(volume, oldSize, reserve);
            }

            Steps.At("resized");
            LinuxFile.Sync(volume);
        }
        catch (LinuxFileException) when (newSize > oldSize)
        {
            LinuxFile.SetLength(volume, oldSize);
            throw;
        }
    }

    public abstract void Clone(SafeFileHandle source, SafeFileHandle target, CancellationToken cancellationToken);

    public abstract void Split(SafeFileHandle volume, CancellationToken cancellationToken);

    public void SetDurable(SafeFileHandle volume, bool durable)
    {
        if (!LinuxFile.TrySetSynchronous(volume, durable))
        {
            throw LinuxFileException.Last("make writes to a volume synchronous");
        }
    }

    // Some file systems find out only after they have given away all they had, and everybody else on the disk is without space meanwhile.
    private void RequireFree(long length)
    {
        if (length > Capacity().Free)
        {
            throw new LinuxFileException("reserve space for a file", Errno.NoSpace);
        }
    }
}
