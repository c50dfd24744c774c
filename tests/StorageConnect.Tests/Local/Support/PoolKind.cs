namespace StorageConnect.Tests.Local.Support;

/// <summary>The kinds of pools, each on a file system of its kind.</summary>
public enum PoolKind
{
    /// <summary>The temporary folder's own file system, where it shares no blocks.</summary>
    Copy,
    Xfs,
    Btrfs,
    Ext4,
}
