using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Lists the arrays behind a concentrator (guide: getStorageNames). Empty for a single array.</summary>
[Cmdlet(VerbsCommon.Get, "OscStorageName", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(string))]
public sealed class GetOscStorageNameCommand : OscServerQueryCmdlet
{
    private protected override void Query(StorageArray array) => WriteObject(Run(array.GetStorageNamesAsync), enumerateCollection: true);
}
