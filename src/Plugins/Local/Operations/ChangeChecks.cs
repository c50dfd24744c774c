using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Errors;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>What makes a change fail that can be known beforehand: a read-only pool, damaged files, elements in use or being copied, too little room.</summary>
internal static class ChangeChecks
{
    public static void Run(LocalArray array, PlannedChange change, CancellationToken cancellationToken)
    {
        if (array.IsReadOnly)
        {
            throw array.Folder.ReadOnly();
        }

        var rows = array.Database.Read(db => change.Elements.Select(element => array.Require(db, element)).ToList());
        switch (change.Method)
        {
            case GuideMethod.Create when !change.ThinProvision && change.SizeBytes > array.Pool.Capacity().Free:
                throw ErrorMapping.OutOfSpace(array.Folder, null, null);
            case GuideMethod.CreateSnap or GuideMethod.CreateMultiSnap or GuideMethod.Clone or GuideMethod.SplitClone:
                rows.ForEach(row => Copies.RequireWhole(array, row));
                if (rows.Count > 1 && array.Pool.ClonesInstantly)
                {
                    rows.ForEach(row => RequireClosed(array, row, evenInUse: false, cancellationToken));
                }

                if (change.Method == GuideMethod.SplitClone)
                {
                    rows.FindAll(row => row.Type == StorageElementType.SnapClone).ForEach(row => RequireRoomToSplit(array, row));
                }
                else
                {
                    RequireRoom(array, [.. rows.DistinctBy(row => row.Uuid).Select(row => new Source(row.Uuid, row.Uuid))]);
                }

                break;
            case GuideMethod.CloneFromSnap:
                // Of the element only the snapshot's files are read.
                rows.Where(row => row.IsSnapshot).ToList().ForEach(row => Damages.RequireWhole(array, row));
                if (rows is [{ IsSnapshot: false } source, { IsSnapshot: true } frozen] && frozen.Sources.Contains(source.Uuid))
                {
                    RequireRoom(array, [new(frozen.Uuid, source.Uuid)]);
                }

                break;
            case GuideMethod.SnapRestore when change.Elements is [var snapshot, ..]:
                Restores.Check(array, snapshot, change.Elements.Skip(1).FirstOrDefault())
                    .ForEach(row => RequireClosed(array, row, evenInUse: false, cancellationToken));
                break;
            case GuideMethod.SnapRemove when rows is [var row]:
                RequireNotCopied(array, row);
                break;
            case GuideMethod.SetQos when rows is [var row]:
                // The change is made while the target daemon does not have the volume open. Local processes may have.
                array.Export.CheckRelease(row, evenInUse: false, cancellationToken);
                array.OpenVolume(row, write: true).Dispose();
                break;
            case GuideMethod.Online when rows is [{ Online: false } row]:
                RequireNotCopied(array, row);
                break;
            case GuideMethod.Resize when rows is [var row] && change.SizeBytes is { } size:
                RequireNotCopied(array, row);
                if (size != row.Size && !Damages.IsTooLong(array, row))
                {
                    Damages.RequireWhole(array, row);
                }

                if (size < row.Size)
                {
                    RequireClosed(array, row, evenInUse: false, cancellationToken);
                }

                break;
            case GuideMethod.Offline when rows is [{ Online: true } row]:
                RequireClosed(array, row, evenInUse: true, cancellationToken);
                break;
            case GuideMethod.Remove when rows is [var row]:
                RequireNotCopied(array, row);
                RequireClosed(array, row, evenInUse: true, cancellationToken);
                break;
            default:
                break;
        }
    }

    private static void RequireRoom(LocalArray array, Source[] sources)
    {
        if (!array.Pool.ClonesInstantly)
        {
            Copies.RequireRoom(array, sources);
        }
    }

    private static void RequireRoomToSplit(LocalArray array, ElementRow row)
    {
        if (array.Pool.ClonesInstantly)
        {
            using var volume = array.OpenVolume(row, write: false);
            array.Pool.RequireRoomToSplit(volume);
        }
    }

    private static void RequireNotCopied(LocalArray array, ElementRow row) => array.Database.Read(db =>
    {
        Volumes.RequireNotCopied(db, row);
        return true;
    });

    // The target daemon has an exported volume open, and gives it back for the change itself.
    private static void RequireClosed(LocalArray array, ElementRow row, bool evenInUse, CancellationToken cancellationToken)
    {
        if (!array.Export.CheckRelease(row, evenInUse, cancellationToken) && File.Exists(array.LocateVolume(row.Uuid)))
        {
            array.Lease(row).Dispose();
        }
    }
}
