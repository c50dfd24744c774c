using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Lists the qualities of service that arrays know (guide: getQoSList).</summary>
[Cmdlet(VerbsCommon.Get, "OscQos")]
[OutputType(typeof(QosValue))]
public sealed class GetOscQosCommand : OscServerQueryCmdlet
{
    private protected override void Process()
    {
        foreach (var array in Arrays)
        {
            Try(array.Server, () => WriteObject(Run(array.GetQosListAsync), enumerateCollection: true));
        }
    }
}
