using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Linux.Native;

namespace StorageConnect.Linux.Files;

/// <summary>The extents of a file, and which of them it shares with other files (FIEMAP).</summary>
public static unsafe class FileExtents
{
    private const nuint FiemapRequest = 0xC020660B;
    private const uint SyncFirst = 1;
    private const uint LastExtent = 0x1;
    private const uint SharedExtent = 0x2000;
    private const int ExtentsAtOnce = 128;

    /// <summary>The byte ranges whose blocks are shared with another file.</summary>
    public static IEnumerable<(long Start, long Length)> Shared(SafeFileHandle file)
    {
        long offset = 0;
        var found = new List<(long, long)>();
        var more = true;
        while (more)
        {
            found.Clear();
            more = Read(file, ref offset, found);
            foreach (var range in found)
            {
                yield return range;
            }
        }
    }

    private static bool Read(SafeFileHandle file, ref long offset, List<(long Start, long Length)> shared)
    {
        var size = sizeof(Header) + (ExtentsAtOnce * sizeof(Extent));
        var memory = stackalloc byte[size];
        new Span<byte>(memory, size).Clear();
        var header = (Header*)memory;
        header->Start = (ulong)offset;
        header->Length = ulong.MaxValue - (ulong)offset;
        header->Flags = SyncFirst;
        header->Room = ExtentsAtOnce;
        if (Libc.IoctlPointer(file, FiemapRequest, memory) != 0)
        {
            throw LinuxFileException.Last("look up the blocks of a file");
        }

        var extents = (Extent*)(memory + sizeof(Header));
        for (var i = 0; i < header->Mapped; i++)
        {
            var extent = extents[i];
            offset = (long)(extent.Logical + extent.Length);
            if ((extent.Flags & SharedExtent) != 0)
            {
                shared.Add(((long)extent.Logical, (long)extent.Length));
            }

            if ((extent.Flags & LastExtent) != 0)
            {
                return false;
            }
        }

        return header->Mapped > 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public ulong Start;
        public ulong Length;
        public uint Flags;
        public uint Mapped;
        public uint Room;
        public uint Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Extent
    {
        public ulong Logical;
        public ulong Physical;
        public ulong Length;
        public ulong Reserved0;
        public ulong Reserved1;
        public uint Flags;
        public uint Reserved2;
        public uint Reserved3;
        public uint Reserved4;
    }
}
