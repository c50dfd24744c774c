using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Removes access groups (guide: removeAccessGroups), one call per server. Never one that elements are presented to.</summary>
[Cmdlet(VerbsCommon.Remove, "OscAccessGroup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveOscAccessGroupCommand : OscServerCmdlet
{
    private readonly Dictionary<StorageArray, List<AccessGroup>> _batches = [];

    /// <summary>The groups, as objects or by name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Chooses<AccessGroupIdentity>]
    [Alias("InputObject", "AccessGroup")]
    [ArgumentCompleter(typeof(AccessGroupCompleter))]
    public AccessGroupIdentity[] Name { get; set; } = [];

    private protected override void Process()
    {
        foreach (var identity in Name)
        {
            Try(identity.Key, () =>
            {
                var array = ArrayOf(identity);
                if (ShouldChange(
                    array,
                    Describe(identity.Key, array),
                    "Remove access group",
                    async token => (await array.RemoveAccessGroupsAsync([new() { Name = identity.Key }], token)).ThrowFirst(),
                    new() { UnusedAccessGroup = identity.Key }))
                {
                    if (!_batches.TryGetValue(array, out var batch))
                    {
                        _batches.Add(array, batch = []);
                    }

                    batch.Add(new() { Name = identity.Key });
                }
            });
        }
    }

    private protected override void End() => ChangeConfirmed();

    private protected override void ChangeConfirmed()
    {
        var batches = _batches.ToList();
        _batches.Clear();
        foreach (var (array, batch) in batches)
        {
            Try(array.Server, () =>
            {
                foreach (var error in Run(token => array.RemoveAccessGroupsAsync(batch, token)).Errors)
                {
                    WriteError(error, error.Element);
                }
            });
        }
    }
}
