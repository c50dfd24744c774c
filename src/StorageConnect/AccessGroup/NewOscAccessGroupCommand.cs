using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Creates access groups (guide: createAccessGroups), all in one call. Those that could not be created are an error each.</summary>
[Cmdlet(VerbsCommon.New, "OscAccessGroup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(AccessGroup))]
public sealed class NewOscAccessGroupCommand : NewCmdlet
{
    /// <summary>The names of the new groups.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ChoosesNames(FromRows = true)]
    public string[] Name { get; set; } = [];

    /// <summary>Initiators that each group begins with: IQNs for iSCSI, WWNs for SAN.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ChoosesInitiators]
    [ArgumentCompleter(typeof(InitiatorCompleter))]
    [Alias("Entries")]
    public string[] Initiator { get; set; } = [];

    private protected override void Process() => Try(Name, () =>
    {
        var array = Target;
        var groups = new List<AccessGroup>();
        foreach (var group in Name.Distinct().Select(name => new AccessGroup { Name = name, Entries = Initiator.ToValueList() }))
        {
            Try(group.Name, () =>
            {
                if (ShouldChange(array, Describe(group.Name, array), "Create access group", token => CheckAsync(array, group, token),
                    new() { Initiators = Initiator, NewAccessGroup = group.Name }))
                {
                    groups.Add(group);
                }
            });
        }

        if (groups.Count == 0)
        {
            return;
        }

        var changes = Run(token => array.CreateAccessGroupsAsync(groups, token));
        WriteObject(changes.Done, enumerateCollection: true);
        foreach (var error in changes.Errors)
        {
            WriteError(error, error.Element);
        }
    });

    private static async Task CheckAsync(StorageArray array, AccessGroup group, CancellationToken cancellationToken) =>
        (await array.CreateAccessGroupsAsync([group], cancellationToken)).ThrowFirst();
}
