namespace StorageConnect.Tests.Recording;

/// <summary>What is on a recording array, and how an array that keeps to the guide deals with it.</summary>
public sealed partial class MemoryArray
{
    private const string DefaultQuality = "gold";
    private const string VolumeGroup = "pool";
    private const long Capacity = 1L << 50;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StorageElement> _elements = [];

    /// <summary>Everything, at any time, at once.</summary>
    public static Capabilities Everything { get; } = new()
    {
        Snapshot = Ability.Online,
        CustomSnapName = Ability.Yes,
        SnapIsSync = Ability.Yes,
        Clone = Ability.Online,
        CustomCloneName = Ability.Yes,
        CloneIsSync = Ability.Yes,
        Resize = Ability.Online,
        ResizeIsSync = Ability.Yes,
        SplitClone = Ability.Online,
        SplitCloneIsSync = Ability.Yes,
        SplitCloneWhileOpen = Ability.Yes,
        SnapClone = Ability.Online,
        SnapCloneIsSync = Ability.Yes,
        RequireStorageName = Ability.No,
        AccessControl = Ability.Yes,
        MaxAccessEntries = Capabilities.Unlimited,
    };

    /// <summary>What getCapabilities answers now.</summary>
    public Capabilities Abilities { get; set; } = Everything;

    public IReadOnlyList<string> StorageNames { get; set; } = [];

    public IReadOnlyList<QosValue> Qualities { get; set; } = [new() { Value = DefaultQuality, Name = "Gold", Description = "The best there is." }];

    public string Status { get; set; } = "Good";

    /// <summary>The volume groups; the first is used where none is wanted.</summary>
    public IReadOnlyList<string> VolumeGroups { get; set; } = [VolumeGroup];

    /// <summary>The quality of what is created without one.</summary>
    public string Default { get; set; } = DefaultQuality;

    public long CloneLimit { get; set; } = Capabilities.Unlimited;

    public long SnapLimit { get; set; } = Capabilities.Unlimited;

    /// <summary>What calls report on their way, where a <c>*_is_sync</c> ability isn't Yes; then they are done.</summary>
    public IReadOnlyList<int> AsyncSteps { get; set; } = [0, 50];

    /// <summary>Where the data of its elements are; null where there are none.</summary>
    public MemoryArrayData? Data { get; set; }

    /// <summary>True for an array whose elements have an identity only while they are presented: they say where instead.</summary>
    public bool HasIdentitiesOfPresentations { get; set; }

    /// <summary>
    /// Everything on it: LUNs, clones and snapshots. The newest come first: the guide promises no order, so nothing may rely on the usual one.
    /// </summary>
    public IReadOnlyList<StorageElement> Elements
    {
        get
        {
            lock (_gate)
            {
                return [.. _elements.Values.Reverse()];
            }
        }
    }

    public StorageServer Describe(StorageServer server) => server with
    {
        Description = "An array in memory",
        Status = Status,
        VolumeGroups = [.. VolumeGroups],
        TotalBytes = Capacity,
        UsedBytes = 0,
        FreeBytes = Capacity,
        AllocatedBytes = Elements.Sum(element => element.SizeBytes),
    };

    public StorageElement Get(StorageElement element)
    {
        lock (_gate)
        {
            return _elements.TryGetValue(element.Uuid, out var found)
                ? found
                : throw new NotFoundException($"'{element.Name}' is not on the array.")
                {
                    ErrorId = "StorageElementNotFound",
                    Element = element.Name,
                    Recommendation = "List what there is."
                };
        }
    }

    /// <summary>Puts an element in the place of the one with its Uuid, or beside the others.</summary>
    public StorageElement Put(StorageElement element)
    {
        lock (_gate)
        {
            return _elements[element.Uuid] = element;
        }
    }

    public IEnumerable<StorageElement> List(StorageElementFilter filter) => Elements.Where(element => filter.Types.Contains(element.Type));

    public StorageElement Create(StorageElement wanted, bool thinProvision, string? qos)
    {
        CheckCapacity(wanted.Name, wanted.SizeBytes);
        CheckQuality(wanted.Name, qos);
        return VolumeGroups.Contains(wanted.VolumeGroupName ?? VolumeGroups[0])
            ? Make(wanted with { ThinProvisioned = thinProvision, Qos = qos ?? Default, VolumeGroupName = wanted.VolumeGroupName ?? VolumeGroups[0] })
            : throw new NotFoundException($"There is no volume group '{wanted.VolumeGroupName}'.") { ErrorId = "VolumeGroupNotFound", Element = wanted.Name };
    }

    public Done Remove(StorageElement element)
    {
        lock (_gate)
        {
            if (Get(element).AccessGroupNames.Count > 0
                || _elements.Values.Any(other => other.Type == StorageElementType.Snapshot && other.SourceUuids.Contains(element.Uuid)))
            {
                throw new StorageElementBusyException($"'{element.Name}' is presented or has snapshots.") { Element = element.Name };
            }

            _elements.Remove(element.Uuid);
            Data?.Remove(element.Uuid);
            return default;
        }
    }

    public StorageElement Resize(StorageElement element, long sizeBytes)
    {
        Require(AbilityKey.Resize);
        RequireKind(element, StorageElementType.Lun, StorageElementType.SnapClone);
        CheckCapacity(element.Name, sizeBytes);
        lock (_gate)
        {
            var resized = Change(element, present => present with { SizeBytes = sizeBytes });
            Data?.Resize(element.Uuid, sizeBytes);
            return MaybeLater(resized, AbilityKey.ResizeIsSync);
        }
    }

    public Done SetState(StorageElement element, StorageElementState state)
    {
        Change(element, present => present with { State = state });
        return default;
    }

    public Done SetQos(StorageElement element, string qos)
    {
        CheckQuality(element.Name, qos);
        Change(element, present => present with { Qos = qos });
        return default;
    }

    public IReadOnlyList<StorageElement> Update(IReadOnlyList<StorageElement> elements, bool appendAllowed) =>
    [
        .. elements.Select(Get).Select(WithPaths),
        .. appendAllowed ? List(new()).Where(element => elements.All(other => other.Uuid != element.Uuid)).Select(WithPaths) : [],
    ];

    /// <summary>Changes what is there, with nobody in between.</summary>
    public StorageElement Change(StorageElement element, Func<StorageElement, StorageElement> change)
    {
        lock (_gate)
        {
            return Put(change(Get(element)));
        }
    }

    private void CheckQuality(string name, string? qos)
    {
        if (qos is not null && Qualities.Count > 0 && Qualities.All(quality => quality.Value != qos))
        {
            throw new InvalidRequestException($"There is no quality of service '{qos}'.") { ErrorId = "QosInvalid", Element = name };
        }
    }

    private static void CheckCapacity(string name, long sizeBytes)
    {
        if (sizeBytes > Capacity)
        {
            throw new LimitExceededException($"There is no room for '{name}'.") { ErrorId = "NoRoom", Element = name };
        }
    }

    private StorageElement WithPaths(StorageElement element) =>
        Data is { } data && element.State == StorageElementState.Online ? element with { DevicePaths = [data.PathOf(element.Uuid)] } : element;

    private void Require(AbilityKey key)
    {
        if (Abilities[key] is not (Ability.Yes or Ability.Online or Ability.Offline))
        {
            throw new NoSuchOperationException($"The array can't do that: {key} is {Abilities[key]}.");
        }
    }

    private void RequireKind(StorageElement element, params StorageElementType[] types)
    {
        if (Get(element) is var present && !types.Contains(present.Type))
        {
            throw new InvalidRequestException($"'{present.Name}' is a {present.Type}.") { ErrorId = "WrongKind", Element = present.Name };
        }
    }

    /// <summary>Gives what is new its identity.</summary>
    private StorageElement Make(StorageElement wanted)
    {
        lock (_gate)
        {
            if (_elements.Values.Any(element => element.Name == wanted.Name))
            {
                throw new AlreadyExistsException($"There is an element '{wanted.Name}' already.") { ErrorId = "StorageElementExists", Element = wanted.Name };
            }

            var uuid = Guid.NewGuid().ToString("n");
            if (wanted.Type == StorageElementType.Lun)
            {
                Data?.Create(uuid, wanted.SizeBytes);
            }

            return Put(wanted with
            {
                Uuid = uuid,
                Page83Id = wanted.Type == StorageElementType.Snapshot || HasIdentitiesOfPresentations ? "" : "36" + uuid[1..],
                Status = "Good",
                CreatedAt = DateTimeOffset.UtcNow,
            });
        }
    }
}
