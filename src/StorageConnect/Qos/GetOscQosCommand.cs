using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Lists the qualities of service of arrays (guide: getQoSList).</summary>
[Cmdlet(VerbsCommon.Get, "OscQos", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(QosValue))]
public sealed class GetOscQosCommand : OscServerQueryCmdlet
{
    private protected override void Query(StorageArray array) => WriteObject(Run(array.GetQosListAsync), enumerateCollection: true);
}
