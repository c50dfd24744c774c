using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>The base of the cmdlets that add and remove members.</summary>
public abstract class OscAccessGroupMemberCmdlet : OscServerCmdlet
{
    /// <summary>The groups, as objects or by name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Chooses<AccessGroupIdentity>]
    [Alias("InputObject", "Name")]
    [ArgumentCompleter(typeof(AccessGroupCompleter))]
    public AccessGroupIdentity[] AccessGroup { get; set; } = [];

    /// <summary>The initiators: IQNs for iSCSI, WWNs for SAN.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ChoosesInitiators]
    [ArgumentCompleter(typeof(InitiatorCompleter))]
    public string[] Initiator { get; set; } = [];

    /// <summary>Return the group as it is now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected abstract string Action { get; }

    private protected sealed override void Process()
    {
        foreach (var group in AccessGroup)
        {
            Try(group.Key, () =>
            {
                var array = ArrayOf(group);
                if (ShouldChange(
                    array,
                    Describe(group.Key, array),
                    $"{Action} {string.Join(", ", Initiator)}",
                    token => ChangeAsync(array, group.Key, token),
                    new() { AccessGroups = [group.Key], Initiators = Initiator }))
                {
                    var changed = Run(token => ChangeAsync(array, group.Key, token));
                    if (PassThru)
                    {
                        WriteObject(changed);
                    }
                }
            });
        }
    }

    private protected abstract Task<AccessGroup> ChangeAsync(StorageArray array, string group, CancellationToken cancellationToken);
}
