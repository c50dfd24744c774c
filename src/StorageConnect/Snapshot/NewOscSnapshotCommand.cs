using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Makes a snapshot of each element (guide: createSnap), or with -Group one of all at the same instant (createMultiSnap).</summary>
[Cmdlet(VerbsCommon.New, "OscSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(StorageElement), typeof(OscOperation))]
public sealed class NewOscSnapshotCommand : StorageElementCmdlet
{
    private readonly List<(StorageArray Array, StorageElement Element)> _members = [];

    /// <summary>The snapshot's name; by default the array chooses one.</summary>
    [Parameter(Position = 1)]
    [OneValue]
    public string? SnapshotName { get; set; }

    /// <summary>One snapshot of all elements together, at one instant. They must be on one server.</summary>
    [Parameter]
    public SwitchParameter Group { get; set; }

    /// <summary>Don't wait: return the operation at once, for Wait-OscOperation.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private protected override void Process(StorageArray array, StorageElement element)
    {
        if (Group)
        {
            _members.Add((array, element));
        }
        else if (ShouldChange(array, Describe(element.Name, array), "Create snapshot", token => array.CreateSnapAsync(element, SnapshotName, token),
            new() { NewElement = SnapshotName, Snapable = [element] }))
        {
            Change(array, OscOperationKind.Snapshot, token => array.CreateSnapAsync(element, SnapshotName, token), NoWait, element.Uuid, SnapshotName);
        }
    }

    private protected override void End()
    {
        if (_members.Count == 0)
        {
            return;
        }

        if (HasFailed)
        {
            throw CommandErrors.GroupIncomplete(SnapshotName);
        }

        var array = _members[0].Array;
        if (_members.FirstOrDefault(member => member.Array.Uuid != array.Uuid) is { Array: not null } foreign)
        {
            throw CommandErrors.GroupOnSeveralServers(foreign.Element.Name, foreign.Array.Name, _members[0].Element.Name, array.Name);
        }

        var elements = _members.Select(member => member.Element).DistinctBy(element => element.Uuid).ToList();
        var names = string.Join(", ", elements.Select(element => element.Name));
        if (ShouldChange(array, Describe(names, array), "Create one snapshot of all", token => array.CreateMultiSnapAsync(elements, SnapshotName, token),
            new() { NewElement = SnapshotName, Snapable = elements }))
        {
            Begin(array, OscOperationKind.Snapshot, token => array.CreateMultiSnapAsync(elements, SnapshotName, token), NoWait);
        }
    }
}
