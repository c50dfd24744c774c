using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Changes the size of LUNs and clones (guide: resize). Shrinking needs -Force.</summary>
[Cmdlet(VerbsCommon.Resize, "OscStorageElement", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(StorageElement), typeof(OscOperation))]
public sealed class ResizeOscStorageElementCommand : StorageElementCmdlet
{
    /// <summary>The new size in bytes, such as 20GB.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [SizeTransformation]
    public long Size { get; set; }

    /// <summary>Allow a smaller size; what lies beyond it is lost.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Don't wait: return the operation at once, for Wait-OscOperation.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private protected override void Process(StorageArray array, StorageElement element)
    {
        if (ShouldProcess(Describe(element.Name, array), $"Resize to {Size} bytes"))
        {
            Begin(array, OscOperationKind.Resize, token => array.ResizeAsync(element, Size, Force, token), NoWait);
        }
    }
}
