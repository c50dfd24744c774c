using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Errors;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>What makes a change fail that can be known beforehand: a read-only pool, damaged files, open files, too little room.</summary>
internal static class ChangeChecks
{
    public static void Run(LocalArray array, PlannedChange change, bool isExported)
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
                rows.ForEach(row => Damages.RequireWhole(array, row));
                break;
            case GuideMethod.CloneFromSnap:
                // Of the element only the snapshot's files are read.
                rows.Where(row => row.IsSnapshot).ToList().ForEach(row => Damages.RequireWhole(array, row));
                break;
            case GuideMethod.Resize when rows is [var row] && change.SizeBytes is { } size:
                if (size != row.Size && !Damages.IsTooLong(array, row))
                {
                    Damages.RequireWhole(array, row);
                }

                if (size < row.Size)
                {
                    RequireClosed(array, row, isExported);
                }

                break;
            case GuideMethod.Offline or GuideMethod.Remove when rows is [var row]:
                if (row.Online || change.Method == GuideMethod.Remove)
                {
                    RequireClosed(array, row, isExported);
                }

                break;
            default:
                break;
        }
    }

    // The target daemon has an exported volume open, and gives it back for the change itself.
    private static void RequireClosed(LocalArray array, ElementRow row, bool isExported)
    {
        if (!(isExported && row.Groups.Count > 0) && File.Exists(array.LocateVolume(row.Uuid)))
        {
            array.Lease(row).Dispose();
        }
    }
}
