using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Naming;
using StorageConnect.Plugins.Local.Operations;

namespace StorageConnect.Plugins.Local.Export;

/// <summary>From records to targets.</summary>
internal static class Specs
{
    /// <summary>The target that an element is to have; null when no iSCSI initiator may use it.</summary>
    public static TargetSpec? Of(LocalArray array, PoolConnection db, ExportSettings settings, string uuid)
    {
        if (ElementRows.ByUuid(db, uuid) is not { IsSnapshot: false, Groups.Count: > 0, Page83Id: { } page83 } row)
        {
            return null;
        }

        var initiators = ExportRows.Entries(db, row.Id).Where(Initiators.IsIscsi).ToValueList();
        return initiators.Count == 0 ? null : new()
        {
            Element = uuid,
            ElementName = row.Name,
            Name = TargetNames.Of(settings.Name, uuid),
            Initiators = initiators,
            Accounts = ExportRows.Accounts(db).Select(account => account.Name).ToValueList(),
            Unit = !row.Online ? null : new()
            {
                Path = array.Folder.Volume(uuid),
                Naa = page83[1..],
                Serial = uuid,
                Size = row.Size,
                Thin = row.Thin,
                WriteThrough = row.Qos == QosLevels.Durable,
            },
        };
    }
}
