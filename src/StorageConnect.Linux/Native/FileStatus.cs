using System.Runtime.InteropServices;

namespace StorageConnect.Linux.Native;

/// <summary><c>struct statx</c>, which is the same on every architecture.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FileStatus
{
    /// <summary>Which fields are filled.</summary>
    public uint Mask;

    /// <summary>Preferred size of a read or write, in bytes.</summary>
    public uint BlockSize;

    /// <summary>Attributes of the file.</summary>
    public ulong Attributes;

    /// <summary>Number of hard links.</summary>
    public uint Links;

    /// <summary>User id of the owner.</summary>
    public uint Owner;

    /// <summary>Group id.</summary>
    public uint Group;

    /// <summary>File type and mode bits.</summary>
    public ushort Mode;

    /// <summary>Not used.</summary>
    public ushort Spare;

    /// <summary>Inode number.</summary>
    public ulong Inode;

    /// <summary>Size in bytes.</summary>
    public ulong Size;

    /// <summary>Allocated blocks of 512 bytes.</summary>
    public ulong Blocks;

    /// <summary>Which attributes the file system supports.</summary>
    public ulong AttributesMask;

    /// <summary>Access, creation, change and modification time.</summary>
    public fixed long Times[8];

    /// <summary>Major number of the device that a device file stands for.</summary>
    public uint SpecialMajor;

    /// <summary>Minor number of the device that a device file stands for.</summary>
    public uint SpecialMinor;

    /// <summary>Major number of the device that holds the file system.</summary>
    public uint DeviceMajor;

    /// <summary>Minor number of the device that holds the file system.</summary>
    public uint DeviceMinor;

    /// <summary>Fields that are not used.</summary>
    public fixed ulong Rest[14];

    private const ushort KindMask = 0xF000;

    /// <summary>True for a folder.</summary>
    public readonly bool IsFolder => (Mode & KindMask) == 0x4000;

    /// <summary>True for a regular file.</summary>
    public readonly bool IsRegular => (Mode & KindMask) == 0x8000;

    /// <summary>True for a block device.</summary>
    public readonly bool IsBlockDevice => (Mode & KindMask) == 0x6000;

    /// <summary>True for a character device.</summary>
    public readonly bool IsCharacterDevice => (Mode & KindMask) == 0x2000;

    /// <summary>True for a named pipe.</summary>
    public readonly bool IsPipe => (Mode & KindMask) == 0x1000;

    /// <summary>True for a socket.</summary>
    public readonly bool IsSocket => (Mode & KindMask) == 0xC000;

    /// <summary>True for a symbolic link.</summary>
    public readonly bool IsLink => (Mode & KindMask) == 0xA000;
}
