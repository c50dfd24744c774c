using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Snapshots and clones have a table of their own, with source and time: a type name in front of the record's selects it.</summary>
internal static class CopyView
{
    private const string TypeName = "StorageConnect.StorageElement#Copy";

    /// <summary>The record, which is shown as a copy.</summary>
    public static PSObject Of(StorageElement copy)
    {
        var shown = PSObject.AsPSObject(copy);
        if (shown.TypeNames[0] != TypeName)
        {
            shown.TypeNames.Insert(0, TypeName);
        }

        return shown;
    }
}
