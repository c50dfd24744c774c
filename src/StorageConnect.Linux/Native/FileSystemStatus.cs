using System.Runtime.InteropServices;

namespace StorageConnect.Linux.Native;

/// <summary><c>struct statfs</c>, as 64-bit Linux has it.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FileSystemStatus
{
    /// <summary>The magic number of the file system's kind.</summary>
    public long Type;

    /// <summary>Bytes of a block.</summary>
    public long BlockSize;

    /// <summary>Number of blocks.</summary>
    public ulong Blocks;

    /// <summary>Free blocks.</summary>
    public ulong FreeBlocks;

    /// <summary>Free blocks that are not reserved for root.</summary>
    public ulong AvailableBlocks;

    /// <summary>Number of inodes.</summary>
    public ulong Files;

    /// <summary>Free inodes.</summary>
    public ulong FreeFiles;

    /// <summary>The file system's identity.</summary>
    public long Id;

    /// <summary>The longest name of a file.</summary>
    public long NameLength;

    /// <summary>Bytes of a fragment.</summary>
    public long FragmentSize;

    /// <summary>How it is mounted.</summary>
    public long Flags;

    /// <summary>Fields that are not used.</summary>
    public fixed byte Rest[224];

    /// <summary>True where it is mounted read-only.</summary>
    public readonly bool IsReadOnly => (Flags & 1) != 0;
}

