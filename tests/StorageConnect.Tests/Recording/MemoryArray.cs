namespace StorageConnect.Tests.Recording;

/// <summary>What is on a recording array, and how an array that keeps to the guide deals with it.</summary>
public sealed partial class MemoryArray
{
    private const string DefaultQuality = "gold";
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

    public long CloneLimit { get; set; } = Capabilities.Unlimited;

    public long SnapLimit { get; set; } = Capabilities.Unlimited;

    /// <summary>What calls report on their way, where a <c>*_is_sync</c> ability isn't Yes; then they are done.</summary>
    public IReadOnlyList<int> AsyncSteps { get; set; } = [0, 50];

    /// <summary>Everything on it: LUNs, clones and snapshots.</summary>
    public IReadOnlyList<StorageElement> Elements
    {
        get
        {
            lock (_gate)
            {
                return [.. _elements.Values];
            }
        }
    }

    public StorageServer Describe(StorageServer server) => server with
    {
        Description = "An array in memory",
        Status = Status,
        VolumeGroups = ["pool"],
        TotalBytes = 1L << 40,
        UsedBytes = 0,
        FreeBytes = 1L << 40,
        AllocatedBytes = Elements.Sum(element => element.SizeBytes),
    };

    public StorageElement Get(StorageElement element)
    {
        lock (_gate)
        {
            return _elements.TryGetValue(element.Uuid, out var found)
                ? found
                : throw new NotFoundException($"'{element.Name}' is not on the array.") { ErrorId = "StorageElementNotFound", Element = element.Name, Recommendation = "List what there is." };
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

    public StorageElement Create(StorageElement wanted, bool thinProvision, string? qos) => Make(wanted with
    {
        ThinProvisioned = thinProvision,
        Qos = qos ?? DefaultQuality,
        VolumeGroupName = wanted.VolumeGroupName ?? "pool",
    });

    public Done Remove(StorageElement element)
    {
        lock (_gate)
        {
            if (Get(element).AccessGroupNames.Count > 0 || _elements.Values.Any(other => other.Type == StorageElementType.Snapshot && other.SourceUuids.Contains(element.Uuid)))
            {
                throw new StorageElementBusyException($"'{element.Name}' is presented or has snapshots.") { Element = element.Name };
            }

            _elements.Remove(element.Uuid);
            return default;
        }
    }

    public StorageElement Resize(StorageElement element, long sizeBytes) => MaybeLater(Put(Get(element) with { SizeBytes = sizeBytes }), AbilityKey.ResizeIsSync);

    public Done SetState(StorageElement element, StorageElementState state)
    {
        Put(Get(element) with { State = state });
        return default;
    }

    public Done SetQos(StorageElement element, string qos)
    {
        Put(Get(element) with { Qos = qos });
        return default;
    }

    public IReadOnlyList<StorageElement> Update(IReadOnlyList<StorageElement> elements, bool appendAllowed) =>
    [
        .. elements.Select(Get),
        .. appendAllowed ? List(new()).Where(element => elements.All(other => other.Uuid != element.Uuid)) : [],
    ];

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
            return Put(wanted with
            {
                Uuid = uuid,
                Page83Id = wanted.Type == StorageElementType.Snapshot ? "" : "36" + uuid[1..],
                Status = "Good",
                CreatedAt = DateTimeOffset.UnixEpoch,
            });
        }
    }
}
