using Microsoft.Win32.SafeHandles;

namespace StorageConnect.Plugins.Local.Pools;

/// <summary>Files that share blocks (XFS, Btrfs and others with FICLONE): clones are instant, online, and independent of each other.</summary>
internal abstract class ReflinkPool(string path, string fileSystem, bool canBeDurable) : FilePool(path, fileSystem, canBeDurable)
{
    // Long enough to be worth a call, short enough to notice a cancellation.
    private const long SplitStep = 64L << 20;

    // Concurrent writes unshare their blocks. Only another clone at the same moment creates new sharing.
    private const int Rounds = 8;

    public override string Description => $"{FileSystem}, blocks are shared";

    public override bool ClonesInstantly => true;

    protected static Capabilities CommonOfReflinks { get; } = new(Common)
    {
        Snapshot = Ability.Online,
        SnapIsSync = Ability.Yes,
        Clone = Ability.Online,
        CloneIsSync = Ability.Yes,
        SnapClone = Ability.Online,
        SnapCloneIsSync = Ability.Yes,
        SplitCloneIsSync = Ability.Yes,
    };

    public override void Clone(SafeFileHandle source, SafeFileHandle target, CancellationToken cancellationToken) => LinuxFile.CloneInto(source, target);

    public override void Split(SafeFileHandle volume, CancellationToken cancellationToken)
    {
        for (var round = 0; round < Rounds; round++)
        {
            // Also the proof: the last round is the one that finds nothing shared.
            var shared = FileExtents.Shared(volume).ToList();
            if (shared.Count == 0)
            {
                LinuxFile.Sync(volume);
                return;
            }

            if (round == 0)
            {
                RequireRoomToSplit(shared);
            }

            foreach (var (start, length) in shared)
            {
                for (long done = 0; done < length; done += SplitStep)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Steps.At("splitting");
                    Unshare(volume, start + done, Math.Min(SplitStep, length - done));
                }
            }

            LinuxFile.Sync(volume);
        }

        throw new StorageElementBusyException(
            "The volume still shares blocks: it was cloned repeatedly during the split.")
        { Retryable = true, Recommendation = "Try again." };
    }

    /// <summary>Gives a range that holds data blocks of its own.</summary>
    protected abstract void Unshare(SafeFileHandle volume, long offset, long length);
}

/// <summary>The kernel unshares for us, also under writers.</summary>
internal sealed class UnsharingPool(string path, string fileSystem, bool canBeDurable) : ReflinkPool(path, fileSystem, canBeDurable)
{
    public override Capabilities Capabilities { get; } = new(CommonOfReflinks) { SplitClone = Ability.Online, SplitCloneWhileOpen = Ability.Yes };

    protected override void Unshare(SafeFileHandle volume, long offset, long length) => LinuxFile.Unshare(volume, offset, length);
}

/// <summary>Without an unshare call (Btrfs), shared blocks are rewritten, which needs a volume without other writers.</summary>
internal sealed class RewritingPool(string path, string fileSystem, bool canBeDurable) : ReflinkPool(path, fileSystem, canBeDurable)
{
    private const int BufferSize = 1 << 20;

    public override Capabilities Capabilities { get; } = new(CommonOfReflinks) { SplitClone = Ability.Offline, SplitCloneWhileOpen = Ability.No };

    protected override void Unshare(SafeFileHandle volume, long offset, long length)
    {
        var buffer = new byte[(int)Math.Min(length, BufferSize)];
        var end = Math.Min(offset + length, RandomAccess.GetLength(volume));
        while (offset < end)
        {
            var read = RandomAccess.Read(volume, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - offset)), offset);
            if (read == 0)
            {
                return;
            }

            LinuxFile.Write(volume, buffer.AsSpan(0, read), offset);
            offset += read;
        }
    }
}
