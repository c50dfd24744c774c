namespace StorageConnect.Engine.Names;

/// <summary>
/// The names that arrays have returned to this process and to earlier ones, for completion and suggestions. Bounded: the last names are kept.
/// Names only, no records. Safe for several threads.
/// </summary>
public sealed class KnownNames
{
    private readonly NamesFile? _file;
    private readonly Lock _loading = new();
    private bool _loaded;
    private volatile bool _changed;

    /// <summary>The most names of a kind that are kept.</summary>
    public const int Capacity = 20_000;

    private readonly Generations[] _kinds = [.. Enum.GetValues<NameKind>().Select(_ => new Generations())];

    /// <summary>Names of this process only.</summary>
    public KnownNames()
        : this(null)
    {
    }

    /// <summary>Names with a file that keeps them for the next process. The file is read when names are first needed.</summary>
    internal KnownNames(NamesFile? file)
    {
        _file = file;
        _loaded = file is null;
    }

    /// <summary>The names of a kind with the Uuids of their servers, in no order.</summary>
    public IReadOnlyCollection<(string ServerUuid, string Name)> Get(NameKind kind)
    {
        EnsureLoaded();
        return _kinds[(int)kind].Get();
    }

    /// <summary>Keeps the names of these servers for the next process, when names have changed.</summary>
    internal void Save(IReadOnlySet<string> serverUuids)
    {
        if (_file is not null && _changed)
        {
            EnsureLoaded();
            if (!_changed)
            {
                // The file has them already.
                return;
            }

            _changed = false;
            _file.Save([.. Enum.GetValues<NameKind>().SelectMany(kind => Get(kind).Select(name => new KnownName(kind, name.ServerUuid, name.Name)))
                .Where(name => serverUuids.Contains(name.ServerUuid))]);
        }
    }

    /// <summary>A name was seen.</summary>
    internal void Learn(NameKind kind, string serverUuid, string name)
    {
        if (_kinds[(int)kind].Add((serverUuid, name)))
        {
            _changed = true;
        }
    }

    /// <summary>A LUN, clone or snapshot was seen.</summary>
    internal void Learn(StorageElement element)
    {
        Learn(KindOf(element), element.StorageServerUuid, element.Name);
        if (element.Type == StorageElementType.SnapClone)
        {
            Learn(NameKind.SnapClone, element.StorageServerUuid, element.Name);
        }
        else
        {
            // A clone that was split, or another element of its name.
            _kinds[(int)NameKind.SnapClone].Remove((element.StorageServerUuid, element.Name));
        }
    }

    /// <summary>The object with the name is gone.</summary>
    internal void Forget(NameKind kind, string serverUuid, string name)
    {
        // Otherwise the file would restore it.
        EnsureLoaded();
        _kinds[(int)kind].Remove((serverUuid, name));
        _changed = true;
    }

    /// <summary>A LUN, clone or snapshot is gone.</summary>
    internal void Forget(StorageElement element)
    {
        Forget(KindOf(element), element.StorageServerUuid, element.Name);
        Forget(NameKind.SnapClone, element.StorageServerUuid, element.Name);
    }

    private static NameKind KindOf(StorageElement element) => element.Type == StorageElementType.Snapshot ? NameKind.Snapshot : NameKind.StorageElement;

    private void EnsureLoaded()
    {
        lock (_loading)
        {
            if (!_loaded)
            {
                var stored = _file!.Load();
                var all = stored.ToHashSet();

                // Before the names of this process are read, which it may still be adding to.
                _changed = false;
                _changed |= _kinds.Where((kind, i) => kind.Get().Any(name => !all.Contains(new((NameKind)i, name.ServerUuid, name.Name)))).Any();
                foreach (var known in stored)
                {
                    _kinds[(int)known.Kind].Add((known.ServerUuid, known.Name));
                }

                _loaded = true;
            }
        }
    }

    /// <summary>Two generations: when the young one is full it becomes the old one, and the previous old one is dropped. No name is moved singly.</summary>
    private sealed class Generations
    {
        private readonly Lock _lock = new();
        private HashSet<(string ServerUuid, string Name)> _young = [];
        private HashSet<(string ServerUuid, string Name)> _old = [];

        /// <returns>True when the name was not among the young ones.</returns>
        public bool Add((string ServerUuid, string Name) name)
        {
            lock (_lock)
            {
                if (!_young.Add(name))
                {
                    return false;
                }

                if (_young.Count == Capacity / 2)
                {
                    (_old, _young) = (_young, _old);
                    _young.Clear();
                }

                return true;
            }
        }

        public void Remove((string ServerUuid, string Name) name)
        {
            lock (_lock)
            {
                _young.Remove(name);
                _old.Remove(name);
            }
        }

        public IReadOnlyCollection<(string ServerUuid, string Name)> Get()
        {
            lock (_lock)
            {
                return [.. _young, .. _old.Where(name => !_young.Contains(name))];
            }
        }
    }
}
