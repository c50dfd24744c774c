using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Tests whether a snapshot can be created at this moment, of an element or in general (guide: isSnapable).</summary>
[Cmdlet(VerbsDiagnostic.Test, "OscSnapshot")]
[OutputType(typeof(bool))]
public sealed class TestOscSnapshotCommand : OscElementQueryCmdlet
{
    private protected override void Query(StorageArray array, StorageElement? element) => WriteObject(Run(token => array.IsSnapableAsync(element, token)));
}
