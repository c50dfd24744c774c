using StorageConnect.Host.Attaching;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>An array with elements, access groups and targets: what is presented where decides what a host finds behind a session.</summary>
internal sealed class SimulatedArray : IElementPresenter
{
    private readonly Lock _gate = new();
    private readonly List<StorageElement> _elements = [];

    public StorageServer Server { get; set; } = new()
    {
        Uuid = "5e",
        Name = "lab",
        StorageType = StorageType.iSCSI,
        AccessContexts = [new() { Host = "10.99.0.1" }, new() { Host = "10.99.1.1" }],
    };

    public List<AccessGroup> Groups { get; } = [new() { Name = "this-host", Entries = [SimulatedHost.Iqn] }];

    /// <summary>The LUN number at which each element is found, by target and number; what stands behind may differ from what was told.</summary>
    public Dictionary<(string Target, int Lun), StorageElement> Luns { get; } = [];

    /// <summary>True for an array that doesn't tell where an element is.</summary>
    public bool IsSilent { get; set; }

    /// <summary>True for an array that doesn't answer any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>Every call that changes something.</summary>
    public List<string> Calls { get; } = [];

    public Action<string>? OnCall { get; set; }

    public StorageElement Add(string name, string target, int lun, long size = 1 << 30)
    {
        var number = _elements.Count + 1;
        var element = new StorageElement
        {
            Uuid = $"{number:x32}",
            StorageServerUuid = Server.Uuid,
            StorageServerName = Server.Name,
            Name = name,
            SizeBytes = size,
            Page83Id = $"36{number:x31}",
            State = StorageElementState.Online,
            LunAddresses = IsSilent ? [] : [new() { TargetName = target, Lun = lun }],
        };
        _elements.Add(element);
        Luns[(target, lun)] = element;
        return element;
    }

    /// <summary>Gives an element's LUN number to another, and a number of its own to the first. No host is told.</summary>
    public void GiveLunAway(StorageElement from, StorageElement to)
    {
        var place = Luns.Single(lun => lun.Value.Uuid == from.Uuid).Key;
        var left = Luns.Single(lun => lun.Value.Uuid == to.Uuid).Key;
        Luns.Remove(left);
        Move(to, place);
        Move(from, (place.Target, Enumerable.Range(1, 200).First(free => Luns.Keys.All(lun => lun != (place.Target, free)))));
    }

    private void Move(StorageElement element, (string Target, int Lun) place)
    {
        Luns[place] = element;
        if (!IsSilent)
        {
            Change(element, now => now with { LunAddresses = [new() { TargetName = place.Target, Lun = place.Lun }] });
        }
    }

    public StorageElement Now(StorageElement element)
    {
        lock (_gate)
        {
            return _elements.Find(other => other.Uuid == element.Uuid)
                ?? throw new NotFoundException($"'{element.Name}' is not on the array.") { ErrorId = "StorageElementNotFound" };
        }
    }

    public void Change(StorageElement element, Func<StorageElement, StorageElement> change)
    {
        lock (_gate)
        {
            var index = _elements.FindIndex(other => other.Uuid == element.Uuid);
            _elements[index] = change(_elements[index]);
        }
    }

    /// <summary>What this host finds at a LUN number: only what is presented to a group it is in.</summary>
    public StorageElement? Seen(string target, int lun) =>
        Luns.TryGetValue((target, lun), out var element) && Now(element) is var now
            && now.AccessGroupNames.Any(name =>
                Groups.Exists(group => group.Name == name && (group.Entries.Count == 0 || group.Entries.Contains(SimulatedHost.Iqn))))
                ? now
                : null;

    public Task<StorageServer> GetServerAsync(CancellationToken cancellationToken) => Task.FromResult(Server);

    public Task<StorageElement> GetElementAsync(StorageElement element, CancellationToken cancellationToken) =>
        IsGone ? throw new ArrayUnreachableException("The array does not answer.") { Recommendation = "Repair it." } : Task.FromResult(Now(element));

    public Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AccessGroup>>([.. Groups]);

    public Task<StorageElement> PresentAsync(StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        ChangeAsync("present", element, groups, now => [.. now.Union(groups)]);

    /// <summary>A plug-in's own way to log in; null = the host does.</summary>
    public Func<IReadOnlyList<IscsiTarget>>? OwnLogin { get; set; }

    public Task<IReadOnlyList<IscsiTarget>?> StartAsync(CancellationToken cancellationToken) => Task.FromResult(OwnLogin?.Invoke());

    public Task<StorageElement> WithdrawAsync(StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        ChangeAsync("withdraw", element, groups, now => [.. now.Except(groups)]);

    private Task<StorageElement> ChangeAsync(string what, StorageElement element, IReadOnlyList<string> groups,
        Func<ValueList<string>, ValueList<string>> change)
    {
        var call = $"{what} {element.Name} {string.Join(",", groups)}";
        OnCall?.Invoke(call);
        lock (_gate)
        {
            Calls.Add(call);
        }

        Change(element, now => now with { AccessGroupNames = change(now.AccessGroupNames) });
        return Task.FromResult(Now(element));
    }
}
