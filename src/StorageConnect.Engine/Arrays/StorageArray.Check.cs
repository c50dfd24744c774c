using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Engine.Arrays;

/// <content>Checks of changes without making them (-WhatIf).</content>
public sealed partial class StorageArray
{
    private static readonly FrozenSet<string> ChangingMethods = new[]
    {
        GuideMethod.CreateAccessGroups, GuideMethod.RemoveAccessGroups, GuideMethod.RenameAccessGroup, GuideMethod.AddToAccessGroup,
        GuideMethod.RemoveFromAccessGroup,
        GuideMethod.Start, GuideMethod.Stop, GuideMethod.Refresh, GuideMethod.UpdateStorageElements, GuideMethod.Online,
        GuideMethod.Offline, GuideMethod.Create,
        GuideMethod.StartPresent, GuideMethod.StopPresent, GuideMethod.Resize, GuideMethod.Remove, GuideMethod.Clone, GuideMethod.SplitClone,
        GuideMethod.CloneFromSnap,
        GuideMethod.CreateSnap, GuideMethod.CreateMultiSnap, GuideMethod.SnapRestore, GuideMethod.SnapRemove, GuideMethod.SetQos, GuideMethod.Cancel,
    }.ToFrozenSet();

    // Flows with the asynchronous call that CheckAsync makes, and with no other.
    private static readonly AsyncLocal<bool> IsCheck = new();

    /// <summary>Makes every check that a change makes, up to the call that would change something, and those of <paramref name="needs"/>.</summary>
    /// <param name="change">The change, as it would be made.</param>
    /// <param name="needs">More preconditions.</param>
    /// <param name="cancellationToken">Ends the checks.</param>
    /// <exception cref="StorageConnectException">The error that the change would end with.</exception>
    public async Task CheckAsync(Func<CancellationToken, Task> change, ChangeNeeds needs, CancellationToken cancellationToken)
    {
        IsCheck.Value = true;
        CheckEndedException? reached = null;
        try
        {
            await change(cancellationToken);
        }
        catch (CheckEndedException e)
        {
            // All checks before the change have passed.
            reached = e;
        }

        CheckInitiators(needs.Initiators);
        await CheckNewNameAsync(needs.NewElement, cancellationToken);
        await CheckQosAsync(needs.Qos, cancellationToken);
        if (needs.VolumeGroup is { } pool && (await GetInfoAsync(cancellationToken)).VolumeGroups is { Count: > 0 } pools && !pools.Contains(pool))
        {
            throw ElementErrors.VolumeGroupUnknown(pool, Name, pools);
        }

        // What a plug-in tells is more precise than its yes or no.
        await CheckByPluginAsync(reached, cancellationToken);
        await CheckCopyAsync(needs, cancellationToken);
        await CheckGroupsAsync(needs, cancellationToken);
        if (needs.WithoutSnapshots is { } element && (await SnapshotsOfAsync(element, cancellationToken)).Count > 0)
        {
            throw ElementErrors.StorageElementHasSnapshots(element.Name);
        }
    }

    private static void EndCheckBefore<TState>(Session session, string method, TState arguments)
    {
        if (IsCheck.Value && ChangingMethods.Contains(method))
        {
            throw new CheckEndedException(session, Plan(new(method), arguments));
        }
    }

    /// <summary>Before the host makes a change for a plug-in that has no method of its own: the host's checks are the last ones.</summary>
    private async Task EndCheckOnHostAsync(string method, StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        if (IsCheck.Value)
        {
            await _host.CheckAsync(method, server, contexts, cancellationToken);
            throw new CheckEndedException(null, new(method));
        }
    }

    /// <summary>The change with what its arguments tell; they come as a tuple where there are several.</summary>
    private static PlannedChange Plan(PlannedChange change, object? argument) => argument switch
    {
        // A destination has no Uuid yet.
        StorageElement { Uuid.Length: > 0 } element => change with { Elements = [.. change.Elements, element] },
        StorageElement wanted when change.Method == GuideMethod.Create => change with { SizeBytes = wanted.SizeBytes },
        IReadOnlyList<StorageElement> elements => change with { Elements = [.. change.Elements, .. elements] },
        bool thin when change.Method == GuideMethod.Create => change with { ThinProvision = thin },
        long size => change with { SizeBytes = size },
        ITuple several => Enumerable.Range(0, several.Length).Aggregate(change, (plan, i) => Plan(plan, several[i])),
        _ => change,
    };

    private static async Task CheckByPluginAsync(CheckEndedException? reached, CancellationToken cancellationToken)
    {
        if (reached is not { Session: { } session, Change: var change } || session.Plugin.Instance is not IChangeCheck plugin)
        {
            return;
        }

        try
        {
            await PluginCall.EndWithCallerAsync(CheckAsync(), cancellationToken);
        }
        catch (Exception e) when (PluginCall.IsFailure(e, cancellationToken))
        {
            throw PluginCall.Translate(e, session.Plugin, change.Method);
        }

        async Task<bool> CheckAsync()
        {
            await plugin.CheckChangeAsync(session.Server, change, cancellationToken);
            return true;
        }
    }

    private async Task CheckNewNameAsync(string? name, CancellationToken cancellationToken)
    {
        if (name is null)
        {
            return;
        }

        await foreach (var element in ListAsync(new() { Name = name }, cancellationToken))
        {
            throw ElementErrors.StorageElementExists(element.Name, Name);
        }

        try
        {
            var snapshots = await FindSnapshotsAsync(name, cancellationToken) ?? await GetCurrentSnapsAsync(null, cancellationToken);
            if (snapshots.Any(snapshot => snapshot.Name == name))
            {
                throw ElementErrors.StorageElementExists(name, Name);
            }
        }
        catch (NoSuchOperationException)
        {
            // An array without snapshots.
        }
    }

    private async Task CheckQosAsync(string? qos, CancellationToken cancellationToken)
    {
        if (qos is not null && await GetQosListAsync(cancellationToken) is { Count: > 0 } known && known.All(value => value.Value != qos))
        {
            throw ElementErrors.QosUnknown(qos, Name, known.Select(value => value.Value));
        }
    }

    private async Task CheckCopyAsync(ChangeNeeds needs, CancellationToken cancellationToken)
    {
        foreach (var element in needs.Snapable)
        {
            Require(await IsSnapableAsync(element, cancellationToken), element, "make a snapshot of");
        }

        if (needs.Cloneable is { } source)
        {
            Require(await IsCloneableAsync(source, cancellationToken), source, "clone");
        }

        if (needs.Splittable is { } clone)
        {
            Require(await IsSplittableAsync(clone, cancellationToken), clone, "split");
        }

        void Require(bool isPossible, StorageElement element, string operation)
        {
            if (!isPossible)
            {
                throw ElementErrors.NoSuchOperation(element.Name, operation, Name);
            }
        }
    }

    private async Task CheckGroupsAsync(ChangeNeeds needs, CancellationToken cancellationToken)
    {
        if (needs.AccessGroups.Count > 0)
        {
            var names = (await GetAccessGroupsAsync(null, cancellationToken)).Select(group => group.Name).ToHashSet();
            if (needs.AccessGroups.FirstOrDefault(name => !names.Contains(name)) is { } missing)
            {
                throw AccessGroupErrors.AccessGroupNotFound(missing, Name);
            }
        }

        if (needs.UnusedAccessGroup is { } unused && (await GetPresentedAsync(unused, StorageElementFilter.DefaultTypes, cancellationToken)).Count > 0)
        {
            throw AccessGroupErrors.AccessGroupInUse(unused, Name);
        }
    }

    /// <summary>A check has reached the call that would change something. Without a session, the host would be called.</summary>
    private sealed class CheckEndedException(Session? session, PlannedChange change) : Exception
    {
        public Session? Session => session;

        public PlannedChange Change => change;
    }
}
