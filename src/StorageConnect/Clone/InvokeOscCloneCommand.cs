using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Makes a thin clone of each LUN or clone (guide: clone), or of an element as it was at a snapshot (cloneFromSnap).</summary>
[Cmdlet(VerbsLifecycle.Invoke, "OscClone", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[Alias("New-OscClone")]
[OutputType(typeof(StorageElement), typeof(OscOperation))]
public sealed class InvokeOscCloneCommand : OscServerCmdlet
{
    /// <summary>The sources: LUNs, clones or snapshots, as objects or by name or Uuid.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Chooses<StorageElementIdentity>]
    [Alias("Snapshot")]
    [ArgumentCompleter(typeof(AnyElementCompleter))]
    public StorageElementIdentity[] InputObject { get; set; } = [];

    /// <summary>The clone's name; by default the array chooses one.</summary>
    [Parameter(Position = 1)]
    [OneValue]
    public string? Name { get; set; }

    /// <summary>A quality of service from Get-OscQos.</summary>
    [Parameter]
    [OneValue]
    [ArgumentCompleter(typeof(QosCompleter))]
    public string? Qos { get; set; }

    /// <summary>Which of its members to clone, where a snapshot has several.</summary>
    [Parameter]
    [Chooses<StorageElementIdentity>(One = true)]
    [ArgumentCompleter(typeof(StorageElementCompleter))]
    public StorageElementIdentity? StorageElement { get; set; }

    /// <summary>Don't wait: return the operation at once, for Wait-OscOperation.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private protected override void Process()
    {
        ForEachElement(InputObject, ElementKind.Any, Clone);
    }

    private void Clone(StorageArray array, StorageElement source)
    {
        var parent = source.Type == StorageElementType.Snapshot ? FindMember(array, source) : null;
        Task<StorageElement> CloneAsync(CancellationToken token) =>
            parent is null ? array.CloneAsync(source, Name, Qos, token) : array.CloneFromSnapAsync(parent, source, Name, Qos, token);

        var needs = new ChangeNeeds { NewElement = Name, Qos = Qos, Cloneable = parent is null ? source : null };
        if (ShouldChange(array, Describe(source.Name, array), Name is null ? "Clone" : $"Clone to {Name}", CloneAsync, needs))
        {
            Change(array, OscOperationKind.Clone, CloneAsync, NoWait, source.Uuid, parent?.Uuid, Name);
        }
    }

    private StorageElement FindMember(StorageArray array, StorageElement snapshot)
    {
        if (StorageElement is { } chosen)
        {
            return Run(token => array.FindAsync(chosen, ElementKind.Element, token));
        }

        return snapshot.SourceUuids is [var only]
            ? Run(token => array.FindByUuidAsync(only, token))
            : throw CommandErrors.StorageElementNeeded(snapshot.Name, snapshot.SourceUuids.Count);
    }
}
