using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Creates LUNs (guide: create). Thin unless -Thick is given.</summary>
[Cmdlet(VerbsCommon.New, "OscStorageElement", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(StorageElement), typeof(OscOperation))]
public sealed class NewOscStorageElementCommand : NewCmdlet
{
    /// <summary>The names of the new elements.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ChoosesNames(FromRows = true)]
    public string[] Name { get; set; } = [];

    /// <summary>Size of each in bytes, such as 10GB.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("SizeBytes")]
    [SizeTransformation]
    [ArgumentCompleter(typeof(SizeCompleter))]
    public long Size { get; set; }

    /// <summary>The volume group or pool to create them in; by default the array chooses one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [OneValue]
    [EmptyIsNull]
    [ArgumentCompleter(typeof(VolumeGroupCompleter))]
    public string? VolumeGroup { get; set; }

    /// <summary>Reserve all blocks at once.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SwitchText]
    public SwitchParameter Thick { get; set; }

    /// <summary>A quality of service from Get-OscQos.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [OneValue]
    [EmptyIsNull]
    [ArgumentCompleter(typeof(QosCompleter))]
    public string? Qos { get; set; }

    /// <summary>Don't wait: return the operation at once, for Wait-OscOperation.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private protected override void Process()
    {
        var array = Target;

        // The present values: the change may run when the parameters have the values of a later row.
        var (size, pool, thin, qos) = (Size, VolumeGroup, !Thick, Qos);
        ForEach(Name, name => Try(name, () =>
        {
            Task<StorageElement> CreateAsync(CancellationToken token) => array.CreateAsync(name, size, pool, thin, qos, token);

            var needs = new ChangeNeeds { NewElement = name, VolumeGroup = pool, Qos = qos };
            if (ShouldChange(array, Describe(name, array), $"Create storage element of {ByteSize.Exact(size)}", CreateAsync, needs))
            {
                Change(array, OscOperationKind.Create, CreateAsync, NoWait, name);
            }
        }));
    }
}
