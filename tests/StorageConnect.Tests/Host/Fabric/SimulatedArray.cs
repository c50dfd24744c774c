using System.Collections.Concurrent;
using StorageConnect.Engine.Arrays;
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
    public IDictionary<(string Target, int Lun), StorageElement> Luns { get; } = new ConcurrentDictionary<(string Target, int Lun), StorageElement>();

    /// <summary>True for an array that doesn't tell where an element is.</summary>
    public bool IsSilent { get; set; }

    /// <summary>
    /// True for an array whose identities belong to presentations: a volume gets a place when it is presented, and shows what that place shows, like the
    /// volume that had the place before.
    /// </summary>
    public bool HasPresentationIdentities { get; set; }

    /// <summary>False for a passive array.</summary>
    public bool HasAccessControl { get; set; } = true;

    /// <summary>How the target of a place is named: after the place, or after the volume that is presented there.</summary>
    public Func<int, StorageElement, string> TargetOfPlace { get; set; } = (place, _) => $"iqn.2026-01.lab.array:place{place}";

    /// <summary>The number of each target's place, also of targets that are gone.</summary>
    private readonly ConcurrentDictionary<string, int> _places = new();

    /// <summary>True for an array that doesn't answer any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>Every call that changes something.</summary>
    public List<string> Calls { get; } = [];

    public Action<string>? OnCall { get; set; }

    /// <summary>What happens on the array after a list was read.</summary>
    public Action? AfterList { get; set; }

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
            Page83Id = HasPresentationIdentities ? "" : $"36{number:x31}",
            State = StorageElementState.Online,
            LunAddresses = IsSilent || HasPresentationIdentities ? [] : [new() { TargetName = target, Lun = lun }],
        };
        _elements.Add(element);
        if (!HasPresentationIdentities)
        {
            Luns[(target, lun)] = element;
        }

        return element;
    }

    /// <summary>An element that is behind each of the array's Fibre Channel ports, at one LUN number.</summary>
    public StorageElement AddBehindPorts(string name, int lun)
    {
        var element = Add(name, SimulatedHost.ArrayPorts[0], lun);
        foreach (var port in SimulatedHost.ArrayPorts)
        {
            Luns[(port, lun)] = element;
        }

        Report(element, lun);
        return Now(element);
    }

    /// <summary>Two elements swap their LUN numbers at all ports. No host is told.</summary>
    public void SwapLuns(StorageElement one, StorageElement other)
    {
        var (first, second) = (Luns.First(lun => lun.Value.Uuid == one.Uuid).Key.Lun, Luns.First(lun => lun.Value.Uuid == other.Uuid).Key.Lun);
        foreach (var port in SimulatedHost.ArrayPorts)
        {
            (Luns[(port, first)], Luns[(port, second)]) = (other, one);
        }

        Report(one, second);
        Report(other, first);
    }

    private void Report(StorageElement element, int lun)
    {
        if (!IsSilent)
        {
            // As arrays write it.
            var addresses = SimulatedHost.ArrayPorts.Select(port => new LunAddress
            {
                TargetName = string.Join(':', port.ToUpperInvariant().Chunk(2).Select(pair => new string(pair))),
                Lun = lun,
            });
            Change(element, now => now with { LunAddresses = [.. addresses] });
        }
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
            var before = _elements[index];
            _elements[index] = change(before);
            if (HasPresentationIdentities && before.AccessGroupNames != _elements[index].AccessGroupNames)
            {
                Place(_elements[index]);
            }
        }
    }

    /// <summary>The place whose identity every other place shows from now on; null where each has its own.</summary>
    public int? ShowsIdentityOf { get; set; }

    /// <summary>What a real target shows, where there is one; null where identities are made up of places.</summary>
    public Func<string, string>? IdentityAtTarget { get; set; }

    /// <summary>The page 0x83 id that an element shows at a target.</summary>
    public string ShownIdentity(string target, StorageElement element) =>
        IdentityAtTarget is { } read ? read(target)
            : HasPresentationIdentities ? $"36{(ShowsIdentityOf ?? _places[target]) + 0xabc:x31}" : element.Page83Id;

    /// <summary>Who an element really is, whatever it shows.</summary>
    public string RealIdentity(StorageElement element) => HasPresentationIdentities ? element.Name : element.Page83Id;

    /// <summary>Puts a presented element in the first place that is free; takes the place back from one that is presented to nobody.</summary>
    private void Place(StorageElement element)
    {
        lock (_gate)
        {
            var taken = Luns.FirstOrDefault(lun => lun.Value.Uuid == element.Uuid).Key;
            if (element.AccessGroupNames.Count == 0 && taken.Target is not null)
            {
                Luns.Remove(taken);
                Change(element, now => now with { LunAddresses = [] });
            }
            else if (element.AccessGroupNames.Count > 0 && taken.Target is null)
            {
                var place = Enumerable.Range(1, 99).First(free => Luns.Keys.All(lun => _places[lun.Target] != free));
                var target = TargetOfPlace(place, element);
                _places[target] = place;
                Luns[(target, 1)] = element;
                Change(element, now => now with { LunAddresses = IsSilent ? [] : [new() { TargetName = target, Lun = 1 }] });
            }
        }
    }

    /// <summary>What this host finds at a LUN number: only what is presented to a group it is in.</summary>
    public StorageElement? Seen(string target, int lun, string initiator = SimulatedHost.Iqn) =>
        Luns.TryGetValue((target, lun), out var element) && Now(element) is var now
            && now.AccessGroupNames.Any(name =>
                Groups.Exists(group => group.Name == name && (group.Entries.Count == 0 || group.Entries.Contains(initiator, InitiatorName.Comparer))))
                ? now
                : null;

    public Task<IReadOnlyList<StorageElement>> ListAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            IReadOnlyList<StorageElement> listed = IsGone
                ? throw new ArrayUnreachableException("The array does not answer.") { Recommendation = "Repair it." }
                : [.. _elements];
            AfterList?.Invoke();
            return Task.FromResult(listed);
        }
    }

    public Task<StorageServer> GetServerAsync(CancellationToken cancellationToken) => Task.FromResult(Server);

    public Task<StorageElement> GetElementAsync(StorageElement element, CancellationToken cancellationToken) =>
        IsGone ? throw new ArrayUnreachableException("The array does not answer.") { Recommendation = "Repair it." } : Task.FromResult(Now(element));

    public Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AccessGroup>>([.. Groups]);

    public Task<StorageElement> PresentAsync(StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        ChangeAsync("present", element, groups, now => [.. now.Union(groups)]);

    /// <summary>A plug-in's own way to log in; null = the host does.</summary>
    public Func<StorageElement, IReadOnlyList<IscsiTarget>>? OwnLogin { get; set; }

    public Task<IReadOnlyList<IscsiTarget>?> StartAsync(StorageElement element, CancellationToken cancellationToken) =>
        Task.FromResult(OwnLogin?.Invoke(element));

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
