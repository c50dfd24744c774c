using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Tests whether clones can be split permanently at this moment (guide: isSplittable).</summary>
[Cmdlet(VerbsDiagnostic.Test, "OscCloneSplit")]
[OutputType(typeof(bool))]
public sealed class TestOscCloneSplitCommand : StorageElementCmdlet
{
    private protected override void Process(StorageArray array, StorageElement element) => WriteObject(Run(token => array.IsSplittableAsync(element, token)));
}
