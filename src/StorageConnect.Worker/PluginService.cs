using System.Reflection;
using System.Text.Json;
using StorageConnect.Engine.Plugins;
using StorageConnect.Engine.Workers;

namespace StorageConnect.Worker;

/// <summary>Calls the plug-in by the protocol's names of methods.</summary>
internal sealed class PluginService
{
    private const int MostItems = 256;

    // The guide's methods and the additional ones.
    private static readonly string[] Methods =
        [.. typeof(GuideMethod).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!),
            WorkerProtocol.FindAccessGroups, WorkerProtocol.FindSnapshots, WorkerProtocol.FindCopies];

    private readonly PluginDescriptor _descriptor;
    private readonly StorageArrayPlugin _plugin;

    /// <param name="descriptor">What the plug-in declares.</param>
    /// <param name="plugin">The plug-in, with its services.</param>
    public PluginService(PluginDescriptor descriptor, StorageArrayPlugin plugin) => (_descriptor, _plugin) = (descriptor, plugin);

    /// <summary>Loads the plug-in class that initialize asks for.</summary>
    public static PluginService Open(string assembly, JsonElement parameters, JsonRpcPeer peer)
    {
        var className = WireRecords.TryRead<string>(parameters, "className");
        var candidate = PluginFinder.FindInFile(assembly).FirstOrDefault(one => className is null || one.Descriptor?.ClassName == className);
        if (candidate?.Descriptor is not { } descriptor || candidate.Problem is not null)
        {
            throw new InvalidStorageArrayException(candidate?.Problem ?? $"'{assembly}' has no plug-in class {className}.");
        }

        var plugin = PluginConstruction.Construct(new(assembly, fromMemory: false), descriptor.ClassName);
        var host = new RemoteHost(peer);
        plugin.Services = new(new PluginCache(), host)
        {
            Log = new RemoteLog(peer),
            StateFolder = WireRecords.TryRead<string>(parameters, "stateFolder") ?? "",
            GetRegisteredServers = host.GetRegisteredServers,
        };
        return new(descriptor, plugin);
    }

    /// <summary>The answer to initialize.</summary>
    public object Introduce(int concurrency) => new
    {
        protocolVersion = WorkerProtocol.ProtocolVersion,
        concurrency,
        plugins = new[]
        {
            new
            {
                descriptor = _descriptor,
                implements = Methods.Where(_plugin.Implements),
                progressInterval = _plugin.ProgressInterval?.TotalSeconds,
                concurrentChanges = _plugin.ConcurrentChanges,
            },
        },
    };

    /// <summary>Sends the elements in parts: those available at once go together, and the first element does not wait for the others.</summary>
    /// <returns>The last part.</returns>
    public async Task<IReadOnlyList<StorageElement>> ListAsync(JsonElement parameters, ServedCall call, Action<IReadOnlyList<StorageElement>> send)
    {
        var filter = WireRecords.TryRead<StorageElementFilter>(parameters, "filter") ?? new();
        var part = new List<StorageElement>();
        await using var elements = _plugin.ListAsync(WireRecords.ReadServer(parameters), filter, call.Token).GetAsyncEnumerator(call.Token);
        while (true)
        {
            var next = elements.MoveNextAsync();
            if (part.Count > 0 && (part.Count >= MostItems || !next.IsCompleted))
            {
                await call.WaitForWindowAsync();
                send(part);
                part = [];
            }

            if (!await next)
            {
                return part;
            }

            part.Add(elements.Current);
        }
    }

    /// <summary>Calls a method.</summary>
    /// <returns>Its result; null for one that returns nothing.</returns>
    public async Task<object?> CallAsync(string method, JsonElement parameters, CancellationToken token)
    {
        var server = WireRecords.ReadServer(parameters);
        T Read<T>(string name) => WireRecords.Read<T>(parameters, name);
        T? TryRead<T>(string name) => WireRecords.TryRead<T>(parameters, name);
        StorageElement Element() => Read<StorageElement>("element");
        StorageElement? MaybeElement() => TryRead<StorageElement>("element");
        StorageElement Snapshot() => Read<StorageElement>("snapshot");
        StorageElement? Destination() => TryRead<StorageElement>("destination");
        string[] Texts(string name) => Read<string[]>(name);
        AccessGroup[] Groups() => Read<AccessGroup[]>("groups");

        switch (method)
        {
            case GuideMethod.Validate:
                await _plugin.ValidateAsync(server, token);
                return null;
            case GuideMethod.GetCapabilities:
                return await _plugin.GetCapabilitiesAsync(server, token);
            case GuideMethod.GetInfo:
                return MaybeElement() is { } element
                    ? (object)await _plugin.GetInfoAsync(server, element, token)
                    : await _plugin.GetInfoAsync(server, token);
            case GuideMethod.GetStorageNames:
                return await _plugin.GetStorageNamesAsync(server, token);
            case GuideMethod.GetAccessGroups:
                return await _plugin.GetAccessGroupsAsync(server, MaybeElement(), token);
            case WorkerProtocol.FindAccessGroups:
                return await _plugin.FindAccessGroupsAsync(server, Texts("names"), token);
            case WorkerProtocol.FindSnapshots:
                return await _plugin.FindSnapshotsAsync(server, Read<string>("nameOrUuid"), token);
            case WorkerProtocol.FindCopies:
                return await _plugin.FindCopiesAsync(server, Texts("uuids"), token);
            case GuideMethod.CreateAccessGroups:
                return await _plugin.CreateAccessGroupsAsync(server, Groups(), token);
            case GuideMethod.RemoveAccessGroups:
                return await _plugin.RemoveAccessGroupsAsync(server, Groups(), token);
            case GuideMethod.RenameAccessGroup:
                return await _plugin.RenameAccessGroupAsync(server, Read<string>("name"), Read<string>("newName"), token);
            case GuideMethod.AddToAccessGroup:
                return await _plugin.AddToAccessGroupAsync(server, Read<string>("groupName"), Texts("entries"), token);
            case GuideMethod.RemoveFromAccessGroup:
                return await _plugin.RemoveFromAccessGroupAsync(server, Read<string>("groupName"), Texts("entries"), token);
            case GuideMethod.Discover:
                return await _plugin.DiscoverAsync(server, token);
            case GuideMethod.Start:
                await _plugin.StartAsync(server, token);
                return null;
            case GuideMethod.Stop:
                await _plugin.StopAsync(server, token);
                return null;
            case GuideMethod.Refresh:
                await _plugin.RefreshAsync(server, token);
                return null;
            case GuideMethod.UpdateStorageElements:
                return await _plugin.UpdateStorageElementsAsync(server, Read<StorageElement[]>("elements"), TryRead<bool>("appendAllowed"), token);
            case GuideMethod.GetStatus:
                return await _plugin.GetStatusAsync(server, MaybeElement(), token);
            case GuideMethod.Online:
                await _plugin.OnlineAsync(server, Element(), token);
                return null;
            case GuideMethod.Offline:
                await _plugin.OfflineAsync(server, Element(), token);
                return null;
            case GuideMethod.Create:
                return await _plugin.CreateAsync(server, Element(), TryRead<bool?>("thinProvision") ?? true, TryRead<string>("qos"), token);
            case GuideMethod.StartPresent:
                return await _plugin.StartPresentAsync(server, Element(), Texts("accessGroupNames"), token);
            case GuideMethod.StopPresent:
                return await _plugin.StopPresentAsync(server, Element(), Texts("accessGroupNames"), token);
            case GuideMethod.Resize:
                return await _plugin.ResizeAsync(server, Element(), Read<long>("newSizeBytes"), token);
            case GuideMethod.Remove:
                await _plugin.RemoveAsync(server, Element(), token);
                return null;
            case GuideMethod.GetCloneLimits:
                return await _plugin.GetCloneLimitsAsync(server, MaybeElement(), token);
            case GuideMethod.IsCloneable:
                return await _plugin.IsCloneableAsync(server, Element(), token);
            case GuideMethod.Clone:
                return await _plugin.CloneAsync(server, Element(), Destination(), TryRead<string>("qos"), token);
            case GuideMethod.IsSplittable:
                return await _plugin.IsSplittableAsync(server, Element(), token);
            case GuideMethod.SplitClone:
                return await _plugin.SplitCloneAsync(server, Element(), token);
            case GuideMethod.CloneFromSnap:
                return await _plugin.CloneFromSnapAsync(server, Element(), Snapshot(), Destination(), TryRead<string>("qos"), token);
            case GuideMethod.GetCurrentClones:
                return await _plugin.GetCurrentClonesAsync(server, MaybeElement(), token);
            case GuideMethod.GetSnapLimits:
                return await _plugin.GetSnapLimitsAsync(server, MaybeElement(), token);
            case GuideMethod.IsSnapable:
                return await _plugin.IsSnapableAsync(server, MaybeElement(), token);
            case GuideMethod.CreateSnap:
                return await _plugin.CreateSnapAsync(server, Element(), Destination(), token);
            case GuideMethod.CreateMultiSnap:
                return await _plugin.CreateMultiSnapAsync(server, Read<StorageElement[]>("elements"), Destination(), token);
            case GuideMethod.IsRestorable:
                return await _plugin.IsRestorableAsync(server, Snapshot(), MaybeElement(), token);
            case GuideMethod.SnapRestore:
                await _plugin.SnapRestoreAsync(server, Snapshot(), MaybeElement(), token);
                return null;
            case GuideMethod.SnapRemove:
                await _plugin.SnapRemoveAsync(server, Snapshot(), token);
                return null;
            case GuideMethod.GetCurrentSnaps:
                return await _plugin.GetCurrentSnapsAsync(server, MaybeElement(), token);
            case GuideMethod.GetQosList:
                return await _plugin.GetQosListAsync(server, token);
            case GuideMethod.SetQos:
                await _plugin.SetQosAsync(server, Element(), Read<string>("qos"), token);
                return null;
            case GuideMethod.GetAsyncProgress:
                return await _plugin.GetAsyncProgressAsync(server, Read<StorageElement>("record"), token);
            case GuideMethod.Cancel:
                return await _plugin.CancelAsync(server, Read<StorageElement>("record"), token);
            default:
                throw new NoSuchOperationException($"The worker has no method '{method}'.");
        }
    }
}
