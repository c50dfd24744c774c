namespace StorageConnect.Plugins.Local.Configuration;

/// <summary>File systems on which SQLite's locks and shared memory, or the order of syncs, can't be relied on (statfs: f_type).</summary>
internal static class NetworkFileSystems
{
    private static readonly Dictionary<long, string> Names = new()
    {
        [0x6969] = "NFS",
        [0x517B] = "SMB",
        [0xFF534D42] = "CIFS",
        [0xFE534D42] = "SMB2",
        [0x00C36400] = "Ceph",
        [0x5346414F] = "AFS",
        [0x01021997] = "9P",
        [0x73757245] = "Coda",
        [0x564C] = "NCP",
        [0x0BD00BD0] = "Lustre",
        [0x01161970] = "GFS2",
        [0x7461636F] = "OCFS2",
        [0x47504653] = "GPFS",
        [0x19830326] = "BeeGFS",
        [0x65735546] = "FUSE",
    };

    /// <summary>The file system's name, or null when it is one of this machine's own.</summary>
    public static string? NameOf(long type) => Names.GetValueOrDefault(type & 0xFFFFFFFF);
}
