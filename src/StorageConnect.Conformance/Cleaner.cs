using StorageConnect.Engine.Arrays;

namespace StorageConnect.Conformance;

/// <summary>
/// Removes what a run made. It calls the plug-in itself, because the engine's door rightly refuses answers of a plug-in that breaks the contract, and
/// what such a plug-in made must go all the same.
/// </summary>
internal sealed class Cleaner(PluginRecorder plugin, CreatedObjects created, RunNames names, TimeSpan timeout)
{
    // What depends on something else goes in a later round.
    private const int Rounds = 4;

    /// <summary>Removes what the created knows of.</summary>
    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        if (plugin.Server is not { } server)
        {
            return;
        }

        for (var round = 0; round < Rounds && created.Elements is { Count: > 0 } elements; round++)
        {
            foreach (var element in elements)
            {
                // Without an identity it can only be found by its name, in the end.
                if (string.IsNullOrEmpty(element.Uuid) || await RemoveAsync(server, element, cancellationToken))
                {
                    created.Remove(element);
                }
            }

            if (created.Elements.Count == elements.Count)
            {
                break;
            }
        }

        if (created.Groups is { Count: > 0 } groups && await RemoveGroupsAsync(server, groups.Contains, cancellationToken))
        {
            created.RemoveGroups(groups);
        }
    }

    /// <summary>Looks on the array for what bears this run's names, whoever made it and however the call ended, and removes it.</summary>
    /// <returns>The names of what is left.</returns>
    public async Task<IReadOnlyList<string>> SweepAsync(CancellationToken cancellationToken)
    {
        await CleanAsync(cancellationToken);
        await RemoveWhereAsync(names.IsOurs, cancellationToken);
        return await FindAsync(names.IsOurs, cancellationToken);
    }

    /// <summary>Removes what runs of the past left behind.</summary>
    /// <returns>The names of what was found.</returns>
    public async Task<IReadOnlyList<string>> RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        var found = await FindAsync(names.IsLeftover, cancellationToken);
        await RemoveWhereAsync(names.IsLeftover, cancellationToken);
        return found;
    }

    private async Task RemoveWhereAsync(Func<string?, bool> isMeant, CancellationToken cancellationToken)
    {
        if (plugin.Server is not { } server)
        {
            return;
        }

        for (var round = 0; round < Rounds; round++)
        {
            var elements = await ElementsAsync(server, isMeant, cancellationToken);
            foreach (var element in elements)
            {
                await RemoveAsync(server, element, cancellationToken);
            }

            if (elements.Count == 0)
            {
                break;
            }
        }

        await RemoveGroupsAsync(server, isMeant, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> FindAsync(Func<string?, bool> isMeant, CancellationToken cancellationToken)
    {
        if (plugin.Server is not { } server)
        {
            return [];
        }

        var elements = await ElementsAsync(server, isMeant, cancellationToken);
        var groups = await GroupsAsync(server, cancellationToken);
        return [.. elements.Select(element => element.Name), .. groups.Select(group => group.Name).Where(isMeant)];
    }

    /// <summary>Snapshots first: elements wait for theirs to go.</summary>
    private async Task<List<StorageElement>> ElementsAsync(StorageServer server, Func<string?, bool> isMeant, CancellationToken cancellationToken)
    {
        var found = new List<StorageElement>();
        await TryAsync(async token =>
        {
            found.AddRange((await plugin.GetCurrentSnapsAsync(server, null, token)).Where(element => isMeant(element?.Name)));
        }, cancellationToken);
        await TryAsync(async token =>
        {
            await foreach (var element in plugin.ListAsync(server, new(), token).WithCancellation(token))
            {
                if (isMeant(element?.Name) && found.All(other => other.Uuid != element!.Uuid))
                {
                    found.Add(element!);
                }
            }
        }, cancellationToken);
        return found;
    }

    private async Task<IReadOnlyList<AccessGroup>> GroupsAsync(StorageServer server, CancellationToken cancellationToken)
    {
        IReadOnlyList<AccessGroup> groups = [];
        await TryAsync(async token => groups = [.. (await plugin.GetAccessGroupsAsync(server, null, token)).Where(group => group is not null)],
            cancellationToken);
        return groups;
    }

    /// <returns>True when it is gone.</returns>
    private async Task<bool> RemoveAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        var (isGone, groups) = await LookAsync(server, element, cancellationToken);
        if (isGone)
        {
            return true;
        }

        if (element.AsyncProgress is not null)
        {
            await TryAsync(token => plugin.CancelAsync(server, element, token), cancellationToken);
        }

        if (groups.Count > 0)
        {
            await TryAsync(token => plugin.StopPresentAsync(server, element, groups, token), cancellationToken);
        }

        if (element.Type == StorageElementType.Snapshot)
        {
            await TryAsync(token => plugin.SnapRemoveAsync(server, element, token), cancellationToken);
        }
        else
        {
            await RemoveSnapshotsOfAsync(server, element, cancellationToken);
            await RemoveClonesOfAsync(server, element, cancellationToken);
            await TryAsync(token => plugin.RemoveAsync(server, element, token), cancellationToken);
        }

        return (await LookAsync(server, element, cancellationToken)).IsGone;
    }

    // Some are made in passing, by clone, and bear the array's names.
    private Task RemoveSnapshotsOfAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        TryAsync(async token =>
        {
            foreach (var snapshot in await plugin.GetCurrentSnapsAsync(server, element, token))
            {
                // One of several elements may belong to somebody else.
                if (snapshot.SourceUuids is [var only] && only == element.Uuid)
                {
                    await plugin.SnapRemoveAsync(server, snapshot, token);
                }
            }
        }, cancellationToken);

    // So are clones of what a call made that ended without telling it.
    private Task RemoveClonesOfAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        TryAsync(async token =>
        {
            foreach (var clone in await plugin.GetCurrentClonesAsync(server, element, token))
            {
                if (clone.SourceUuids is [var only] && only == element.Uuid && clone.AccessGroupNames.Count == 0)
                {
                    await plugin.RemoveAsync(server, clone, token);
                }
            }
        }, cancellationToken);

    /// <returns>Whether it is gone, and else the groups it is presented to.</returns>
    private async Task<(bool IsGone, IReadOnlyList<string> Groups)> LookAsync(
        StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        var gone = false;
        IReadOnlyList<string> groups = [];
        await TryAsync(async token =>
        {
            try
            {
                groups = (await plugin.GetInfoAsync(server, element, token))?.AccessGroupNames ?? [];
            }
            catch (NotFoundException)
            {
                gone = true;
            }
        }, cancellationToken);
        return (gone, groups);
    }

    /// <returns>True when none is left.</returns>
    private async Task<bool> RemoveGroupsAsync(StorageServer server, Func<string, bool> isMeant, CancellationToken cancellationToken)
    {
        var present = await GroupsAsync(server, cancellationToken);
        if (present.Where(group => isMeant(group.Name)).ToList() is not { Count: > 0 } groups)
        {
            return true;
        }

        await TryAsync(token => plugin.RemoveAccessGroupsAsync(server with { AccessGroups = present.ToValueList() }, groups, token), cancellationToken);
        return !(await GroupsAsync(server, cancellationToken)).Any(group => isMeant(group.Name));
    }

    private async Task TryAsync(Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            await Task.Run(() => action(limit.Token), CancellationToken.None).WaitAsync(timeout + PluginCall.Grace, CancellationToken.None);
        }
        catch (Exception)
        {
            // Whatever a plug-in throws here, the rest must go; what is left is found and reported in the end.
            if (limit.IsCancellationRequested)
            {
                plugin.ReportTimeout();
            }
        }
    }
}
