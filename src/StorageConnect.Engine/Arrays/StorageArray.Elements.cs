using System.Runtime.CompilerServices;
using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Names;
using StorageConnect.Engine.Operations;
using StorageConnect.Engine.Results;
using StorageConnect.Linux.Tracing;

namespace StorageConnect.Engine.Arrays;

/// <content>Elements: finding, creating, changing and removing them.</content>
public sealed partial class StorageArray
{
    // The size is read back after a resize: no other resize may come in between.
    private static readonly KeyedLock<(string Server, string Element)> Resizes = new();

    /// <summary>The elements that match, as they arrive. Guide: list().</summary>
    public IAsyncEnumerable<StorageElement> ListAsync(StorageElementFilter filter, CancellationToken cancellationToken) =>
        ListAsync(filter, new(), cancellationToken);

    private async IAsyncEnumerable<StorageElement> ListAsync(StorageElementFilter filter, UniqueElements unique,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (filter.Types.Contains(StorageElementType.Snapshot))
        {
            throw ElementErrors.TypeInvalid();
        }

        var session = await OpenAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        using var span = CallTrace.Begin(session.Server.Name, session.Plugin.Descriptor, GuideMethod.List, 0);
        var elements = Start();
        Task<bool>? underway = null;
        try
        {
            while (await MoveNextAsync())
            {
                var element = CheckListed(session, elements.Current);
                if (IsFirst(session, GuideMethod.List, unique, element) && Matches(element, filter))
                {
                    yield return Own(element);
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            // An abandoned plug-in may still use its enumerator.
            if (underway is null or { IsCompleted: true })
            {
                await elements.DisposeAsync();
            }
        }

        IAsyncEnumerator<StorageElement> Start()
        {
            try
            {
                return session.Plugin.Instance.ListAsync(session.Server, filter, cancellationToken).GetAsyncEnumerator(cancellationToken);
            }
            catch (Exception e) when (PluginCall.IsFailure(e, cancellationToken))
            {
                throw PluginCall.Translate(e, session.Plugin, GuideMethod.List);
            }
        }

        async ValueTask<bool> MoveNextAsync()
        {
            try
            {
                var next = elements.MoveNextAsync();
                return next.IsCompleted ? await next : await PluginCall.EndWithCallerAsync(underway = next.AsTask(), cancellationToken);
            }
            catch (Exception e) when (PluginCall.IsFailure(e, cancellationToken))
            {
                throw PluginCall.Translate(e, session.Plugin, GuideMethod.List);
            }
        }
    }

    /// <summary>The LUN or clone of this name or Uuid.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public async Task<StorageElement> FindElementAsync(string nameOrUuid, CancellationToken cancellationToken) =>
        await TryFindElementAsync(nameOrUuid, cancellationToken) ?? throw ElementErrors.StorageElementNotFound(nameOrUuid, Name);

    /// <summary>The LUN, clone or else snapshot of this name or Uuid.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public async Task<StorageElement> FindAnyAsync(string nameOrUuid, CancellationToken cancellationToken) =>
        await TryFindElementAsync(nameOrUuid, cancellationToken)
        ?? await TryFindSnapshotAsync(nameOrUuid, cancellationToken)
        ?? throw ElementErrors.StorageElementNotFound(nameOrUuid, Name);

    /// <summary>The LUN, clone or snapshot of this Uuid; names are not compared.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public async Task<StorageElement> FindByUuidAsync(string uuid, CancellationToken cancellationToken)
    {
        await foreach (var element in ListAsync(new() { Uuid = uuid }, cancellationToken))
        {
            return element;
        }

        try
        {
            var snapshots = await FindSnapshotsAsync(uuid, cancellationToken) ?? await GetCurrentSnapsAsync(null, cancellationToken);
            if (snapshots.FirstOrDefault(snapshot => snapshot.Uuid == uuid) is { } snapshot)
            {
                return snapshot;
            }
        }
        catch (NoSuchOperationException)
        {
            // An array without snapshots.
        }

        throw ElementErrors.StorageElementNotFound(uuid, Name);
    }

    /// <summary>An element as the array has it now. Guide: getInfo(), second form.</summary>
    public async Task<StorageElement> GetInfoAsync(StorageElement element, CancellationToken cancellationToken) =>
        Own(await GetInfoAsync(await OpenAsync(cancellationToken), element, cancellationToken));

    /// <summary>Elements with all properties, including device paths on this host. Guide: updateSERecords().</summary>
    public async Task<IReadOnlyList<StorageElement>> UpdateStorageElementsAsync(IReadOnlyList<StorageElement> elements, bool appendAllowed,
        CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        if (!session.Plugin.OverridesUpdate)
        {
            return [.. (await UpdateGenericallyAsync(session, elements, appendAllowed, cancellationToken)).Select(Own)];
        }

        var updated = await CheckedAsync(session, GuideMethod.UpdateStorageElements, (elements, appendAllowed),
            static (plugin, server, s, token) => plugin.UpdateStorageElementsAsync(server, s.elements, s.appendAllowed, token),
            static (answer, s) => FindUpdateProblem(answer, s.elements, s.appendAllowed),
            cancellationToken);
        await DemandAllAsync(session, updated, elements, cancellationToken);
        return [.. updated.Select(Own)];
    }

    /// <summary>Creates an element; it may go on in the background (<see cref="OperationService"/>). Guide: create().</summary>
    [Rule(12, "create passes only type, server, size, volume group and name.", "create()")]
    public async Task<StorageElement> CreateAsync(string name, long sizeBytes, string? volumeGroup, bool thinProvision, string? qos,
        CancellationToken cancellationToken)
    {
        NameRule.Check(name, "storage element");
        CheckSize(name, sizeBytes);
        var wanted = new StorageElement
        {
            Type = StorageElementType.Lun,
            StorageServerUuid = Uuid,
            SizeBytes = sizeBytes,
            VolumeGroupName = volumeGroup,
            Name = name,
        };
        var session = await OpenAsync(cancellationToken);
        var made = await CheckedAsync(session, GuideMethod.Create, (wanted, thinProvision, qos, plugin: session.Plugin.Descriptor),
            static (plugin, server, s, token) => plugin.CreateAsync(server, s.wanted, s.thinProvision, s.qos, token),
            static (answer, s) => ResultRules.FindElementProblem(answer, s.plugin),
            cancellationToken);
        return Own(await WithQosAsync(session, GuideMethod.Create, made, cancellationToken));
    }

    /// <summary>Sets an element online. Guide: online().</summary>
    public Task OnlineAsync(StorageElement element, CancellationToken cancellationToken) =>
        DoAsync(GuideMethod.Online, element, static (plugin, server, e, token) => plugin.OnlineAsync(server, e, token), cancellationToken);

    /// <summary>Sets an element offline. Guide: offline().</summary>
    public Task OfflineAsync(StorageElement element, CancellationToken cancellationToken) =>
        DoAsync(GuideMethod.Offline, element, static (plugin, server, e, token) => plugin.OfflineAsync(server, e, token), cancellationToken);

    /// <summary>Changes an element's size; it may go on in the background (<see cref="OperationService"/>). Guide: resize().</summary>
    /// <param name="element">The element.</param>
    /// <param name="newSizeBytes">The size wanted, in bytes.</param>
    /// <param name="allowShrink">False: a size below the element's present one is an error, whatever the caller's record says.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<StorageElement> ResizeAsync(StorageElement element, long newSizeBytes, bool allowShrink, CancellationToken cancellationToken)
    {
        CheckSize(element.Name, newSizeBytes);
        var session = await OpenAsync(cancellationToken);
        using var turn = Resizes.Enter((Uuid, element.Uuid));
        await turn.WaitAsync(cancellationToken);
        var now = await CheckCapabilityAsync(session, GuideMethod.Resize, element, cancellationToken);
        var present = Own(await GetInfoAsync(session, element, cancellationToken));
        if (newSizeBytes < present.SizeBytes && !allowShrink)
        {
            throw ElementErrors.ShrinkNeedsForce(present.Name, present.SizeBytes, newSizeBytes);
        }

        var resized = Own(await CheckedAsync(session, GuideMethod.Resize, (element: present, newSizeBytes, now: now!),
            static (plugin, server, s, token) => plugin.ResizeAsync(server, s.element, s.newSizeBytes, token),
            static (answer, s) => ResultRules.FindOtherProblem(answer, s.element) ?? ResultRules.FindResizeProblem(answer)
                ?? ResultRules.FindAsyncProblem(answer, AbilityKey.ResizeIsSync, s.now),
            cancellationToken));
        if (resized.AsyncProgress is null && await TryGetInfoAsync(session, resized, cancellationToken) is { } after
            && ResultRules.FindResizeProblem(resized, after) is { } problem)
        {
            throw PluginCall.Fault(session.Plugin, GuideMethod.Resize, problem);
        }

        return resized;
    }

    /// <summary>An element as the array has it now; null where it can't be read, so that a finished change is not reported as failed.</summary>
    private static async Task<StorageElement?> TryGetInfoAsync(Session session, StorageElement element, CancellationToken cancellationToken)
    {
        try
        {
            return await GetInfoAsync(session, element, cancellationToken);
        }
        catch (StorageConnectException e)
        {
            Tracer.Verbose($"{session.Server.Name}: the size of '{element.Name}' could not be read back: {e.Message}");
            return null;
        }
    }

    /// <summary>Removes an element with its data. Guide: remove().</summary>
    [Rule(15, "remove decides nothing for the caller: an element that is still presented stays.", "remove()")]
    public async Task RemoveAsync(StorageElement element, CancellationToken cancellationToken)
    {
        var present = await GetInfoAsync(element, cancellationToken);
        if (present.AccessGroupNames.Count > 0)
        {
            throw ElementErrors.StorageElementPresented(present.Name, present.AccessGroupNames);
        }

        await NamingObstaclesAsync(
            () => DoAsync(GuideMethod.Remove, present, static (plugin, server, e, token) => plugin.RemoveAsync(server, e, token), cancellationToken),
            () => FindDependantsAsync(present, cancellationToken));
        Names.Forget(present);
    }

    /// <summary>Changes an element's quality of service. Guide: setQoS().</summary>
    public Task SetQosAsync(StorageElement element, string qos, CancellationToken cancellationToken) =>
        DoAsync(GuideMethod.SetQos, (element, qos),
            static (plugin, server, s, token) => plugin.SetQosAsync(server, s.element, s.qos, token), cancellationToken);

    private async Task<StorageElement?> TryFindElementAsync(string nameOrUuid, CancellationToken cancellationToken)
    {
        var named = await ListAsync(new StorageElementFilter { Name = nameOrUuid }, cancellationToken).ToListAsync(cancellationToken);
        return Only(named) ?? await ListAsync(new StorageElementFilter { Uuid = nameOrUuid }, cancellationToken).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>The one of a name. There are arrays that use a name twice.</summary>
    private StorageElement? Only(List<StorageElement> named) => named.DistinctBy(element => element.Uuid).Skip(1).Any()
        ? throw ElementErrors.NameAmbiguous(named[0], Name, named.Select(element => element.Uuid))
        : named is [var only, ..] ? only : null;

    private static StorageElement CheckListed(Session session, StorageElement listed)
    {
        if (ResultValidation.FindProblem(listed) is { } problem)
        {
            throw PluginCall.Fault(session.Plugin, GuideMethod.List, problem);
        }

        var element = ResultRepair.Clean(listed);
        return ResultRules.FindListProblem(element, session.Plugin.Descriptor) is { } broken
            ? throw PluginCall.Fault(session.Plugin, GuideMethod.List, broken)
            : element;
    }

    private static bool IsFirst(Session session, string method, UniqueElements unique, StorageElement element) =>
        unique.TryAdd(element, out var problem) || (problem is null ? false : throw PluginCall.Fault(session.Plugin, method, problem));

    /// <summary>The elements of a list, each once.</summary>
    private static IEnumerable<StorageElement> Unique(Session session, string method, IReadOnlyList<StorageElement> elements)
    {
        var unique = new UniqueElements();
        return elements.Where(element => IsFirst(session, method, unique, element));
    }

    private static bool Matches(StorageElement element, StorageElementFilter filter) =>
        filter.Types.Contains(element.Type)
        && (filter.Uuid is null || element.Uuid == filter.Uuid)
        && (filter.Name is null || element.Name == filter.Name)
        && (filter.NamePrefix is null || element.Name.StartsWith(filter.NamePrefix, StringComparison.OrdinalIgnoreCase))
        && (filter.NameSuffix is null || element.Name.EndsWith(filter.NameSuffix, StringComparison.OrdinalIgnoreCase))
        && (filter.Page83Id is null || element.Page83Id == filter.Page83Id);

    private static void CheckSize(string name, long sizeBytes)
    {
        if (sizeBytes <= 0)
        {
            throw ElementErrors.SizeInvalid(name, sizeBytes);
        }
    }

    [Rule(23, "updateSERecords adds records only with append_allowed.", "updateSERecords()")]
    private static string? FindUpdateProblem(IReadOnlyList<StorageElement> answer, IReadOnlyList<StorageElement> asked, bool appendAllowed) =>
        !appendAllowed && answer.FirstOrDefault(element => asked.All(other => other.Uuid != element.Uuid)) is { } added
            ? $"it added '{added.Name}', which it was not allowed to"
            : null;

    /// <summary>An element that updateSERecords leaves out is gone, or the plug-in is wrong.</summary>
    [Rule(23, "updateSERecords leaves out no element that is there.", "updateSERecords()")]
    private static async Task DemandAllAsync(
        Session session, IReadOnlyList<StorageElement> answer, IReadOnlyList<StorageElement> asked, CancellationToken cancellationToken)
    {
        var answered = answer.Select(element => element.Uuid).ToHashSet(StringComparer.Ordinal);
        if (asked.FirstOrDefault(element => !answered.Contains(element.Uuid)) is { } missing)
        {
            await GetInfoAsync(session, missing, cancellationToken);
            throw PluginCall.Fault(session.Plugin, GuideMethod.UpdateStorageElements, $"it left out '{missing.Name}'");
        }
    }

    /// <summary>The guide's generic version: getInfo of each element, then its devices on this host.</summary>
    private async Task<IReadOnlyList<StorageElement>> UpdateGenericallyAsync(Session session, IReadOnlyList<StorageElement> elements, bool appendAllowed,
        CancellationToken cancellationToken)
    {
        var updated = new List<StorageElement>();
        foreach (var element in elements)
        {
            updated.Add(await GetInfoAsync(session, element, cancellationToken));
        }

        if (appendAllowed)
        {
            await foreach (var element in ListAsync(new(), cancellationToken))
            {
                if (elements.All(other => other.Uuid != element.Uuid))
                {
                    updated.Add(element);
                }
            }
        }

        return updated.ConvertAll(element => element with { DevicePaths = _host.FindDevicePaths(element) });
    }
}
