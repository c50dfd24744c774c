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
        var found = new List<Extent>();
        var more = true;
        while (more)
        {
            found.Clear();
            more = Read(file, ref offset, SyncFirst, found) ?? throw LinuxFileException.Last("look up the blocks of a file");
            foreach (var extent in found.Where(extent => (extent.Flags & SharedExtent) != 0))
            {
                yield return ((long)extent.Logical, (long)extent.Length);
            }
        }
    }

    /// <summary>
    /// How many bytes files take, and how many of them would become free with the files. Data that has not reached the disk yet counts as unshared.
    /// </summary>
    /// <param name="files">The files. Blocks that they share with each other count once.</param>
    /// <param name="mostExtents">With more extents than this, the answer is null: it would take too long.</param>
    /// <returns>Null where the file system does not report it.</returns>
    public static (long Used, long Unique)? Measure(IEnumerable<SafeFileHandle> files, int mostExtents)
    {
        long unique = 0;
        var shared = new List<(ulong Start, ulong End)>();
        var found = new List<Extent>();
        foreach (var file in files)
        {
            long offset = 0;
            var more = true;
            while (more)
            {
                found.Clear();
                if (Read(file, ref offset, flags: 0, found) is not { } rest || (mostExtents -= found.Count) < 0)
                {
                    return null;
                }

                more = rest;
                foreach (var extent in found)
                {
                    if ((extent.Flags & SharedExtent) != 0)
                    {
                        shared.Add((extent.Physical, extent.Physical + extent.Length));
                    }
                    else
                    {
                        unique += (long)extent.Length;
                    }
                }
            }
        }

        return (unique + (long)LengthOf(shared), unique);
    }

    /// <summary>The length of ranges that may overlap.</summary>
    private static ulong LengthOf(List<(ulong Start, ulong End)> ranges)
    {
        ranges.Sort();
        ulong length = 0;
        ulong end = 0;
        foreach (var range in ranges.Where(range => range.End > end))
        {
            length += range.End - Math.Max(range.Start, end);
            end = range.End;
        }

        return length;
    }

    /// <returns>Whether there are more; null when the file system does not report it.</returns>
    private static bool? Read(SafeFileHandle file, ref long offset, uint flags, List<Extent> found)
    {
        var size = sizeof(Header) + (ExtentsAtOnce * sizeof(Extent));
        var memory = stackalloc byte[size];
        new Span<byte>(memory, size).Clear();
        var header = (Header*)memory;
        header->Start = (ulong)offset;
        header->Length = ulong.MaxValue - (ulong)offset;
        header->Flags = flags;
        header->Room = ExtentsAtOnce;
        if (Libc.IoctlPointer(file, FiemapRequest, memory) != 0)
        {
            return null;
        }

        found.AddRange(new ReadOnlySpan<Extent>(memory + sizeof(Header), (int)header->Mapped));
        if (found.Count == 0)
        {
            return false;
        }

        offset = (long)(found[^1].Logical + found[^1].Length);
        return (found[^1].Flags & LastExtent) == 0;
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
