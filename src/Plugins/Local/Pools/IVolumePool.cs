using Microsoft.Win32.SafeHandles;

namespace StorageConnect.Plugins.Local.Pools;

/// <summary>What volumes lie on: the seam at which LVM or Ceph pools come in. Everything here works on the data alone, never on the database.</summary>
internal interface IVolumePool
{
    /// <summary>Its kind, for people.</summary>
    string Description { get; }

    /// <summary>What it can do at this moment.</summary>
    Capabilities Capabilities { get; }

    /// <summary>True: <see cref="Clone"/> is instant, a point in time even under writers. False: copies are made by jobs.</summary>
    bool ClonesInstantly { get; }

    /// <summary>True when every write to a volume can be made synchronous.</summary>
    bool CanBeDurable { get; }

    /// <summary>Total, used and free bytes of the file system; shared blocks count once. Used counts what else is on it.</summary>
    (long Total, long Used, long Free) Capacity();

    /// <summary>Gives a new, empty volume its size.</summary>
    void Allocate(SafeFileHandle volume, long size, bool thin);

    /// <summary>Makes a volume larger or smaller. On an error its size is what it was.</summary>
    void Resize(SafeFileHandle volume, long oldSize, long newSize, bool thin);

    /// <summary>Makes the content and size of <paramref name="target"/> that of <paramref name="source"/>.</summary>
    void Clone(SafeFileHandle source, SafeFileHandle target, CancellationToken cancellationToken);

    /// <summary>Gives a volume blocks of its own; its content doesn't change.</summary>
    void Split(SafeFileHandle volume, CancellationToken cancellationToken);

    /// <summary>Makes every write to a volume synchronous, or not.</summary>
    void SetDurable(SafeFileHandle volume, bool durable);
}
