using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Tests whether thin clones of LUNs and clones can be made at this moment (guide: isCloneable).</summary>
[Cmdlet(VerbsDiagnostic.Test, "OscClone")]
[OutputType(typeof(bool))]
public sealed class TestOscCloneCommand : StorageElementCmdlet
{
    private protected override void Process(StorageArray array, StorageElement element) => WriteObject(Run(token => array.IsCloneableAsync(element, token)));
}
