using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Lists the arrays behind a concentrator (guide: getStorageNames). Nothing where there is nothing to choose.</summary>
[Cmdlet(VerbsCommon.Get, "OscStorageName")]
[OutputType(typeof(string))]
public sealed class GetOscStorageNameCommand : OscServerQueryCmdlet
{
    private protected override void Process()
    {
        foreach (var array in Arrays)
        {
            Try(array.Server, () => WriteObject(Run(array.GetStorageNamesAsync), enumerateCollection: true));
        }
    }
}
