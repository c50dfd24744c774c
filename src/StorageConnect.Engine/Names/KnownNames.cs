namespace StorageConnect.Engine;

/// <summary>
/// The names that arrays have told this process, so that completion never has to ask. Bounded: the names seen last are kept. Names alone, no
/// records. Safe for several threads.
/// </summary>
public sealed class KnownNames
{
    /// <summary>At most so many names of a kind are known at a time.</summary>
    public const int Capacity = 20_000;

    private readonly Generations[] _kinds = [.. Enum.GetValues<NameKind>().Select(_ => new Generations())];

    /// <summary>The names of a kind with the Uuids of their servers, in no order.</summary>
    public IReadOnlyCollection<(string ServerUuid, string Name)> Get(NameKind kind) => _kinds[(int)kind].Get();

    /// <summary>A name was seen.</summary>
    internal void Learn(NameKind kind, string serverUuid, string name) => _kinds[(int)kind].Add((serverUuid, name));

    /// <summary>A LUN, clone or snapshot was seen.</summary>
    internal void Learn(StorageElement element) => Learn(KindOf(element), element.StorageServerUuid, element.Name);

    /// <summary>What had the name is gone.</summary>
    internal void Forget(NameKind kind, string serverUuid, string name) => _kinds[(int)kind].Remove((serverUuid, name));

    /// <summary>A LUN, clone or snapshot is gone.</summary>
    internal void Forget(StorageElement element) => Forget(KindOf(element), element.StorageServerUuid, element.Name);

    private static NameKind KindOf(StorageElement element) => element.Type == StorageElementType.Snapshot ? NameKind.Snapshot : NameKind.StorageElement;

    /// <summary>Two halves: when the young one is full it becomes the old one, and what was old is forgotten. No name is moved one by one.</summary>
    private sealed class Generations
    {
        private readonly Lock _gate = new();
        private HashSet<(string ServerUuid, string Name)> _young = [];
        private HashSet<(string ServerUuid, string Name)> _old = [];

        public void Add((string ServerUuid, string Name) name)
        {
            lock (_gate)
            {
                if (_young.Add(name) && _young.Count == Capacity / 2)
                {
                    (_old, _young) = (_young, _old);
                    _young.Clear();
                }
            }
        }

        public void Remove((string ServerUuid, string Name) name)
        {
            lock (_gate)
            {
                _young.Remove(name);
                _old.Remove(name);
            }
        }

        public IReadOnlyCollection<(string ServerUuid, string Name)> Get()
        {
            lock (_gate)
            {
                return [.. _young, .. _old.Where(name => !_young.Contains(name))];
            }
        }
    }
}
