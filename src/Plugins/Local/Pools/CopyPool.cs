using Microsoft.Win32.SafeHandles;

namespace StorageConnect.Plugins.Local.Pools;

/// <summary>Files that share nothing (ext4, tmpfs ...): every snapshot and clone is a copy, made by a job of an offline source.</summary>
internal sealed class CopyPool(string path, string fileSystem, bool canBeDurable) : FilePool(path, fileSystem, canBeDurable)
{
    private const long Step = 16L << 20;

    public override string Description => $"{FileSystem}, snapshots and clones are copies";

    public override bool ClonesInstantly => false;

    public override Capabilities Capabilities { get; } = new(Common)
    {
        Snapshot = Ability.Offline,
        SnapIsSync = Ability.No,
        Clone = Ability.Offline,
        CloneIsSync = Ability.No,
        SnapClone = Ability.Online,
        SnapCloneIsSync = Ability.No,
        SplitClone = Ability.Unsupported,
        SplitCloneIsSync = Ability.Unsupported,
        SplitCloneWhileOpen = Ability.Unsupported,
    };

    /// <summary>An immediate copy, for a restore. Holes are kept.</summary>
    public override void Clone(SafeFileHandle source, SafeFileHandle target, CancellationToken cancellationToken)
    {
        LinuxFile.SetLength(target, RandomAccess.GetLength(source));
        long offset = 0;
        while (LinuxFile.NextData(source, offset) is var (start, end))
        {
            for (offset = start; offset < end;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var copied = LinuxFile.CopyRange(source, target, offset, Math.Min(Step, end - offset));
                if (copied == 0)
                {
                    return;
                }

                offset += copied;
            }
        }
    }

    public override void Split(SafeFileHandle volume, CancellationToken cancellationToken) =>
        throw new NoSuchOperationException(
            "Clones in this pool are copies that share nothing; there is nothing to split.")
        { Recommendation = "Use the clone as it is." };
}
