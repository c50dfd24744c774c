using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Shows sources, copies and shared blocks: of all elements of a server, or the whole family of an element or snapshot.</summary>
[Cmdlet(VerbsCommon.Get, "OscLineage")]
[OutputType(typeof(OscLineage))]
public sealed class GetOscLineageCommand : OscElementQueryCmdlet
{
    private protected override void Query(StorageArray array, StorageElement? element)
    {
        // One by one: a collection is taken whole before the next command sees the first of it.
        foreach (var member in Run(token => array.GetLineageAsync(element, token)))
        {
            WriteObject(member);
        }
    }
}
