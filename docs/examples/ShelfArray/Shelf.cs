namespace ShelfArray;

/// <summary>The array itself: what is on it, and what may be done with it. No data, only what a management API tells.</summary>
public sealed class Shelf
{
    private const long Block = 512;
    private const long Total = 1L << 40;
    private const long LargestVolume = 1L << 44;
    private const int MostMembers = 32;
    private static readonly string[] Pools = ["fast", "large"];
    // A real array takes minutes.
    private static readonly TimeSpan WorkTime = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Volume> _volumes = [];
    private readonly Dictionary<string, Group> _groups = [];
    /// <summary>What goes on in the background: since when (ticks), and what the volume is when it is done.</summary>
    private readonly Dictionary<string, (long Begun, Func<Volume, Volume> Finish)> _work = [];

    /// <summary>The size that each member had at a snapshot.</summary>
    private readonly Dictionary<string, Dictionary<string, long>> _snapshotSizes = [];
    private int _named;

    public SystemInfo Info
    {
        get
        {
            lock (_lock)
            {
                var used = Reserved;
                var allocated = _volumes.Values.Where(IsVolume).Sum(volume => volume.Size);
                return new("Shelf S1", "2.4", "healthy", Total, used, Total - used, allocated, Pools, ["snapshot", "clone"]);
            }
        }
    }

    public Volume[] List(string? kind, string? name)
    {
        lock (_lock)
        {
            return [.. _volumes.Keys.Select(Find).Where(volume => (kind is null || volume.Kind == kind) && (name is null || volume.Name == name))];
        }
    }

    public Volume Get(string id)
    {
        lock (_lock)
        {
            return Find(id);
        }
    }

    public Volume Create(string? name, long size, string? pool, bool thin)
    {
        lock (_lock)
        {
            pool ??= Pools[0];
            if (!Pools.Contains(pool))
            {
                throw new ShelfException(404, "not_found", $"There is no pool '{pool}'.");
            }

            return Add(new()
            {
                Id = NewId(),
                Name = FreeName(name, isSnapshot: false),
                Kind = "volume",
                Pool = pool,
                Size = RoundedSize(size, thin),
                Thin = thin,
                Wwn = NewWwn()
            });
        }
    }

    public void Remove(string id)
    {
        lock (_lock)
        {
            var volume = Find(id);
            RefuseIfWorking(volume);
            if (volume.Groups.Length > 0)
            {
                throw Busy($"'{volume.Name}' is presented to {string.Join(", ", volume.Groups)}.");
            }

            if (_volumes.Values.FirstOrDefault(other => other.Sources.Contains(id)) is { } dependant)
            {
                throw Busy($"The {dependant.Kind} '{dependant.Name}' was made of '{volume.Name}' and depends on it.");
            }

            _volumes.Remove(id);
            _snapshotSizes.Remove(id);
        }
    }

    public Volume SetOnline(string id, bool online)
    {
        lock (_lock)
        {
            return Put(FindVolume(id) with { Online = online });
        }
    }

    public Volume Resize(string id, long size)
    {
        lock (_lock)
        {
            var volume = FindVolume(id);
            RefuseIfWorking(volume);
            return Put(volume with { Size = RoundedSize(size, volume.Thin, volume.Size) });
        }
    }

    public Volume Present(string id, string[] groups)
    {
        lock (_lock)
        {
            var volume = FindVolume(id);
            foreach (var group in groups)
            {
                FindGroup(group);
            }

            return Put(volume with { Groups = [.. volume.Groups.Union(groups)] });
        }
    }

    public Volume Withdraw(string id, string[] groups)
    {
        lock (_lock)
        {
            var volume = FindVolume(id);
            return Put(volume with { Groups = [.. volume.Groups.Except(groups)] });
        }
    }

    /// <summary>One snapshot of one volume or of several, at the same moment.</summary>
    public Volume Snap(string? name, string[] sources)
    {
        lock (_lock)
        {
            var members = sources.Distinct().Select(FindVolume).ToList();
            if (members.Count == 0)
            {
                throw new ShelfException(400, "invalid", "A snapshot is of one volume at least.");
            }

            members.ForEach(RefuseIfWorking);
            var snapshot = Add(new()
            {
                Id = NewId(),
                Name = FreeName(name, isSnapshot: true),
                Kind = "snapshot",
                Pool = members[0].Pool,
                Size = members.Sum(member => member.Size),
                Thin = true,
                Sources = [.. members.Select(member => member.Id)]
            });
            _snapshotSizes[snapshot.Id] = members.ToDictionary(member => member.Id, member => member.Size);
            return snapshot;
        }
    }

    public void Restore(string id, string? member)
    {
        lock (_lock)
        {
            var sizes = SizesAt(id);
            if (member is not null && !sizes.ContainsKey(member))
            {
                throw new ShelfException(409, "not_safe", $"'{Find(member).Name}' is no member of the snapshot '{Find(id).Name}'.");
            }

            foreach (var (volume, size) in sizes.Where(entry => member is null || entry.Key == member))
            {
                Put(FindVolume(volume) with { Size = size });
            }
        }
    }

    /// <summary>Begins to make a clone of a volume, or of a volume as it was at a snapshot.</summary>
    public Volume Clone(string? name, string source, string? snapshot)
    {
        lock (_lock)
        {
            var volume = FindVolume(source);
            var size = volume.Size;
            if (snapshot is not null && !SizesAt(snapshot).TryGetValue(source, out size))
            {
                throw new ShelfException(400, "invalid", $"'{volume.Name}' is no member of the snapshot '{Find(snapshot).Name}'.");
            }

            RefuseIfWorking(volume);
            var clone = Add(new()
            {
                Id = NewId(),
                Name = FreeName(name, isSnapshot: false),
                Kind = "clone",
                Pool = volume.Pool,
                Size = size,
                Thin = true,
                Wwn = NewWwn(),
                Sources = [snapshot ?? source]
            });
            return Begin(clone, done => done);
        }
    }

    /// <summary>Begins to copy what a clone shares; it is a volume when that is done.</summary>
    public Volume Split(string id)
    {
        lock (_lock)
        {
            var clone = FindVolume(id);
            if (clone.Kind != "clone")
            {
                throw new ShelfException(400, "invalid", $"'{clone.Name}' shares nothing.");
            }

            RefuseIfWorking(clone);
            return Begin(clone, done => done with { Kind = "volume", Sources = [] });
        }
    }

    public Group[] Groups
    {
        get
        {
            lock (_lock)
            {
                return [.. _groups.Values];
            }
        }
    }

    public Group CreateGroup(string name, string[] members)
    {
        lock (_lock)
        {
            CheckName(name);
            return _groups.ContainsKey(name) ? throw Exists($"There is a group '{name}'.") : _groups[name] = WithMembers(new(name, []), members);
        }
    }

    public void RemoveGroup(string name)
    {
        lock (_lock)
        {
            FindGroup(name);
            if (_volumes.Values.FirstOrDefault(volume => volume.Groups.Contains(name)) is { } presented)
            {
                throw Busy($"'{presented.Name}' is presented to the group '{name}'.");
            }

            _groups.Remove(name);
        }
    }

    public Group RenameGroup(string name, string newName)
    {
        lock (_lock)
        {
            var group = FindGroup(name) with { Name = newName };
            CheckName(newName);
            if (name != newName && _groups.ContainsKey(newName))
            {
                throw Exists($"There is a group '{newName}'.");
            }

            _groups.Remove(name);
            foreach (var volume in _volumes.Values.Where(volume => volume.Groups.Contains(name)).ToList())
            {
                Put(volume with { Groups = [.. volume.Groups.Select(other => other == name ? newName : other)] });
            }

            return _groups[newName] = group;
        }
    }

    public Group AddMembers(string name, string[] members)
    {
        lock (_lock)
        {
            return _groups[name] = WithMembers(FindGroup(name), members);
        }
    }

    public Group RemoveMembers(string name, string[] members)
    {
        lock (_lock)
        {
            var group = FindGroup(name);
            return _groups[name] = group with { Members = [.. group.Members.Except(members, StringComparer.OrdinalIgnoreCase)] };
        }
    }

    private static Group WithMembers(Group group, string[] members)
    {
        var all = group.Members.Union(members, StringComparer.OrdinalIgnoreCase).ToArray();
        return all.Length > MostMembers ? throw new ShelfException(409, "limit", $"A group has {MostMembers} members at most.") : group with { Members = all };
    }

    private static bool IsVolume(Volume volume) => volume.Kind != "snapshot";

    private static string NewId() => Guid.NewGuid().ToString("n");

    /// <summary>NAA 6, with a locally administered OUI.</summary>
    private static string NewWwn() => "6025ca0" + NewId()[..25];

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > 255 || name.Any(char.IsControl))
        {
            throw new ShelfException(400, "invalid", "A name has 1 to 255 characters, none of them a control character.");
        }
    }

    private static ShelfException Busy(string message) => new(409, "busy", message);

    private static ShelfException Exists(string message) => new(409, "exists", message);

    private static void RefuseIfWorking(Volume volume)
    {
        if (volume.Progress is not null)
        {
            throw Busy($"'{volume.Name}' is being worked on.");
        }
    }

    private long Reserved => _volumes.Values.Where(volume => !volume.Thin).Sum(volume => volume.Size);

    private long RoundedSize(long size, bool thin, long had = 0)
    {
        if (size < 1)
        {
            throw new ShelfException(400, "invalid", "A size is above 0.");
        }

        var room = thin ? LargestVolume : Total - Reserved + had;
        return size > room
            ? throw new ShelfException(507, "limit", $"There is no room for {size} bytes: {room} are left.")
            : (size + Block - 1) / Block * Block;
    }

    // Snapshots have names of their own: one may be called as a volume is.
    private string FreeName(string? name, bool isSnapshot)
    {
        if (name is null)
        {
            return $"{(isSnapshot ? "snapshot" : "clone")}-{NewId()[..8]}-{++_named}";
        }

        CheckName(name);
        return _volumes.Values.FirstOrDefault(volume => volume.Name == name && IsVolume(volume) != isSnapshot) is { } taken
            ? throw Exists($"There is a {taken.Kind} '{name}'.")
            : name;
    }

    private Volume Add(Volume volume) => Put(volume with { Created = DateTimeOffset.UtcNow });

    private Volume Begin(Volume volume, Func<Volume, Volume> finish)
    {
        _work[volume.Id] = (Environment.TickCount64, finish);
        return Find(volume.Id);
    }

    private Volume Put(Volume volume) => _volumes[volume.Id] = volume with { Progress = null };

    private Volume Find(string id)
    {
        if (!_volumes.TryGetValue(id, out var volume))
        {
            throw new ShelfException(404, "not_found", $"There is no volume, clone or snapshot with the id {id}.");
        }

        if (!_work.TryGetValue(id, out var work))
        {
            return volume;
        }

        var percent = (int)((Environment.TickCount64 - work.Begun) * 100 / (long)WorkTime.TotalMilliseconds);
        if (percent < 100)
        {
            return volume with { Progress = percent };
        }

        _work.Remove(id);
        return Put(work.Finish(volume));
    }

    private Volume FindVolume(string id) =>
        Find(id) is var volume && IsVolume(volume) ? volume : throw new ShelfException(400, "invalid", $"'{volume.Name}' is a snapshot.");

    private Dictionary<string, long> SizesAt(string snapshot) =>
        _snapshotSizes.GetValueOrDefault(Find(snapshot).Id) ?? throw new ShelfException(400, "invalid", $"'{Find(snapshot).Name}' is no snapshot.");

    private Group FindGroup(string name) => _groups.GetValueOrDefault(name) ?? throw new ShelfException(404, "not_found", $"There is no group '{name}'.");
}
