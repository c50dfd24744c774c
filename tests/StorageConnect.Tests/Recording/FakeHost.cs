using StorageConnect.Engine.Hosts;

namespace StorageConnect.Tests.Recording;

/// <summary>A host with the devices that a test gives it.</summary>
public sealed class FakeHost : IStorageHost
{
    public string DevicePathPrefix { get; set; } = "/dev/mapper/";

    /// <summary>The identities of the devices it sees.</summary>
    public HashSet<string> Devices { get; } = [];

    public ValueList<string> FindDevicePaths(string page83Id) => Devices.Contains(page83Id) ? [DevicePathPrefix + page83Id] : [];

    public Task DestroyMultipathDeviceAsync(string page83Id, CancellationToken cancellationToken)
    {
        Devices.Remove(page83Id);
        return Task.CompletedTask;
    }

    /// <summary>What its initiator finds at each host that an access context names.</summary>
    public Dictionary<string, IscsiTarget[]> Portals { get; } = [];

    /// <summary>What it was asked to do, in order.</summary>
    public List<string> Actions { get; } = [];

    /// <summary>The targets it is logged in to, as <c>name portal</c>.</summary>
    public HashSet<string> Sessions { get; } = [];

    /// <summary>The access contexts of the last start or stop.</summary>
    public IReadOnlyList<AccessContext> Contexts { get; private set; } = [];

    public Task<IReadOnlyList<IscsiTarget>> DiscoverTargetsAsync(StorageServer server, Action<StorageConnectException> report,
        CancellationToken cancellationToken)
    {
        Failures.ForEach(report);
        return Task.FromResult<IReadOnlyList<IscsiTarget>>([.. server.AccessContexts.SelectMany(context => Portals.GetValueOrDefault(context.Host) ?? [])]);
    }

    /// <summary>Portals that can't be used, where others can.</summary>
    public List<StorageConnectException> Failures { get; } = [];

    public Task StartTargetsAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, Action<string> warn, CancellationToken cancellationToken)
    {
        Failures.ForEach(failure => warn(failure.Message));
        return Act("start", server, contexts, Sessions.Add);
    }

    public Task StopTargetsAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken) =>
        Act("stop", server, contexts, Sessions.Remove);

    public Task RescanAsync(StorageType type, IReadOnlyList<IscsiTarget> targets, CancellationToken cancellationToken)
    {
        Actions.Add($"rescan {type} {string.Join(", ", targets.Select(target => target.TargetName))}".TrimEnd());
        return Task.CompletedTask;
    }

    public Task CheckAsync(string method, StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        Contexts = contexts;
        return IsBusy && method == GuideMethod.Stop
            ? throw PluginError.StorageElementBusy(server.IscsiTargets[0].TargetName, "A device is in use.", "Unmount it first.", id: "DeviceBusy")
            : Task.CompletedTask;
    }

    /// <summary>The LUNs it sees, whatever the targets.</summary>
    public List<HostLun> Luns { get; } = [];

    public ValueList<HostLun> FindLuns(ValueList<string> targetNames) => Luns.Where(lun => lun.TargetNames.Any(targetNames.Contains)).ToValueList();

    /// <summary>True: a device of each target is in use.</summary>
    public bool IsBusy { get; set; }

    /// <summary>The portals that do not answer.</summary>
    public HashSet<string> DeadPortals { get; } = [];

    /// <summary>The network devices through which no portal answers.</summary>
    public HashSet<string> DeadNetDevices { get; } = [];

    /// <summary>The network devices that it was asked to log in through, in order.</summary>
    public List<string?> NetDevices { get; } = [];

    /// <summary>The name of its initiator.</summary>
    public Func<string?> Initiator { get; set; } = static () => null;

    public string? InitiatorName => Initiator();

    public Task LoginAsync(IscsiTarget target, AccessContext context, CancellationToken cancellationToken)
    {
        NetDevices.Add(context.NetDevice);
        return DeadPortals.Contains(target.Portal) || DeadNetDevices.Contains(context.NetDevice ?? "")
            ? throw PluginError.ArrayUnreachable(target.TargetName, $"The portal {target.Portal} does not answer.", "Check the network.")
            : Act("login", new() { IscsiTargets = [target] }, [context], Sessions.Add);
    }

    public Task LogoutAsync(IscsiTarget target, CancellationToken cancellationToken) =>
        IsBusy
            ? throw PluginError.StorageElementBusy(target.TargetName, "A device of the target is in use.", "Unmount it first.", id: "DeviceBusy")
            : Act("logout", new() { IscsiTargets = [target] }, [], Sessions.Remove);

    public bool IsConnected(IscsiTarget target) => Sessions.Contains(KeyOf(target));

    private Task Act(string action, StorageServer server, IReadOnlyList<AccessContext> contexts, Func<string, bool> change)
    {
        Contexts = contexts;
        foreach (var target in server.IscsiTargets)
        {
            Actions.Add($"{action} {KeyOf(target)}");
            change(KeyOf(target));
        }

        return Task.CompletedTask;
    }

    private static string KeyOf(IscsiTarget target) => $"{target.TargetName} {target.Portal}";
}
