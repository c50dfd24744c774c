using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Changes the size of LUNs and clones (guide: resize). Shrinking needs -Force.</summary>
[Cmdlet(VerbsCommon.Resize, "OscStorageElement", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(StorageElement), typeof(OscOperation))]
public sealed class ResizeOscStorageElementCommand : StorageElementCmdlet
{
    /// <summary>The new size in bytes, such as 20GB.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [SizeTransformation]
    [ArgumentCompleter(typeof(SizeCompleter))]
    public long Size { get; set; }

    /// <summary>Allow a smaller size; the data beyond it is lost.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Don't wait: return the operation at once, for Wait-OscOperation.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>Resize its device on this host, too: every path, then the multipath device. Needs root.</summary>
    [Parameter]
    public SwitchParameter IncludeHost { get; set; }

    private protected override void Process(StorageArray array, StorageElement element)
    {
        if (IncludeHost)
        {
            DemandHost(element);
        }

        Task<StorageElement> ResizeAsync(CancellationToken token) => array.ResizeAsync(element, Size, Force, token);

        if (ShouldChange(array, Describe(element.Name, array), $"Resize to {ByteSize.Exact(Size)}{(IncludeHost ? ", on this host too" : "")}", ResizeAsync))
        {
            var resized = Begin(array, OscOperationKind.Resize, ResizeAsync, NoWait, writeResult: !IncludeHost);
            if (IncludeHost && resized is not null)
            {
                // The array's resize stays when the host's fails. Repeated with the same size, only the host is resized.
                var device = Run(token => ModuleEngine.Host.ResizeAsync(resized, token));
                WriteObject(resized with { DevicePaths = [device.Path] });
            }
        }
    }

    private void DemandHost(StorageElement element)
    {
        if (NoWait)
        {
            throw CommandErrors.ParametersExclusive(element.Name);
        }

        ModuleEngine.Host.DemandRights("Resizing on the host");
        ModuleEngine.Host.CheckResize(element);
    }
}
