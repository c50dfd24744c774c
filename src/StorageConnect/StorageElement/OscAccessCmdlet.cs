using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>What granting and revoking share.</summary>
public abstract class OscAccessCmdlet : StorageElementCmdlet
{
    private const int MostTogether = 64;
    private readonly List<(StorageArray Array, StorageElement Element, IReadOnlyList<string> Groups)> _confirmed = [];

    /// <summary>The access groups, as objects or by name.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [Chooses<AccessGroupIdentity>]
    [ArgumentCompleter(typeof(AccessGroupCompleter))]
    public virtual AccessGroupIdentity[] AccessGroup { get; set; } = [];

    /// <summary>Return the element with the groups it is now presented to.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected abstract string Action { get; }

    private protected sealed override void Process(StorageArray array, StorageElement element)
    {
        var groups = GroupsFor(array, element);
        if (groups.Count == 0)
        {
            // It is presented to none already. The given record may be older.
            if (PassThru)
            {
                WriteObject(Run(token => array.GetInfoAsync(element, token)));
            }

            return;
        }

        if (ShouldChange(
            array,
            Describe(element.Name, array),
            $"{Action} {string.Join(", ", groups)}",
            token => ChangeAsync(array, element, groups, token),
            new() { AccessGroups = groups }))
        {
            _confirmed.Add((array, element, groups));
            if (_confirmed.Count >= MostTogether)
            {
                ChangeConfirmed();
            }
        }
    }

    private protected sealed override void End() => ChangeConfirmed();

    /// <summary>The groups that are meant for an element.</summary>
    private protected virtual IReadOnlyList<string> GroupsFor(StorageArray array, StorageElement element) =>
        AccessGroupIdentity.NamesFor(AccessGroup, array, element);

    /// <summary>Several at a time: an array that does more than one thing at once is done sooner.</summary>
    private protected sealed override void ChangeConfirmed()
    {
        var confirmed = _confirmed.ToList();
        _confirmed.Clear();
        var outcomes = Run(token => Task.WhenAll(confirmed.Select(change => OutcomeOfAsync(ChangeAsync(change.Array, change.Element, change.Groups, token)))));

        // The errors last: with the error action Stop nothing is written after the first.
        foreach (var ((_, element, _), outcome) in confirmed.Zip(outcomes).OrderBy(change => !change.Second.IsCompletedSuccessfully).ToList())
        {
            Try(element, () =>
            {
                var changed = outcome.GetAwaiter().GetResult();
                if (PassThru)
                {
                    WriteObject(changed);
                }
            });
        }
    }

    /// <summary>The task, once it has ended: each error is told by itself.</summary>
    private static async Task<Task<StorageElement>> OutcomeOfAsync(Task<StorageElement> change)
    {
        await Task.WhenAny(change);
        return change;
    }

    private protected abstract Task<StorageElement> ChangeAsync(
        StorageArray array,
        StorageElement element,
        IReadOnlyList<string> groups,
        CancellationToken cancellationToken);
}
