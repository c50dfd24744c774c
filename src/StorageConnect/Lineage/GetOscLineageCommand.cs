using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Shows sources, copies and shared blocks: of all elements of a server, or the whole family of an element or snapshot.</summary>
[Cmdlet(VerbsCommon.Get, "OscLineage")]
[OutputType(typeof(OscLineage))]
public sealed class GetOscLineageCommand : OscElementQueryCmdlet
{
    private protected override void Query(StorageArray array, StorageElement? element) =>
        WriteObject(Run(token => array.GetLineageAsync(element, token)), enumerateCollection: true);
}
