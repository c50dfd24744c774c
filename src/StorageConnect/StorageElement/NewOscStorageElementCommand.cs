using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Creates LUNs (guide: create). Thin unless -Thick is given.</summary>
[Cmdlet(VerbsCommon.New, "OscStorageElement", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(StorageElement), typeof(OscOperation))]
public sealed class NewOscStorageElementCommand : PipedServerCmdlet
{
    /// <summary>The names of the new elements.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string[] Name { get; set; } = [];

    /// <summary>Size of each in bytes, such as 10GB.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [SizeTransformation]
    public long Size { get; set; }

    /// <summary>The volume group or pool to create them in; the array's choice when left out.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VolumeGroupCompleter))]
    public string? VolumeGroup { get; set; }

    /// <summary>Reserve all blocks at once.</summary>
    [Parameter]
    public SwitchParameter Thick { get; set; }

    /// <summary>A quality of service from Get-OscQos.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(QosCompleter))]
    public string? Qos { get; set; }

    /// <summary>Don't wait: return the operation at once, for Wait-OscOperation.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private protected override void Process()
    {
        var array = Array;
        ForEach(Name, name => Try(name, () =>
        {
            if (ShouldProcess(Describe(name, array), $"Create storage element of {Size} bytes"))
            {
                Begin(array, OscOperationKind.Create, token => array.CreateAsync(name, Size, VolumeGroup, !Thick, Qos, token), NoWait);
            }
        }));
    }
}
