namespace StorageConnect.Engine.Lineage;

/// <summary>A list of values that grows without copying what it has: a large array's copies stay until a full collection.</summary>
internal sealed class ChunkedList<T>
    where T : struct
{
    private const int ChunkLength = 1024; // a chunk is no large object
    private readonly List<T[]> _chunks = [];

    public int Count { get; private set; }

    public ref readonly T this[int index] => ref _chunks[index / ChunkLength][index % ChunkLength];

    public void Add(T value)
    {
        if (Count % ChunkLength == 0)
        {
            _chunks.Add(new T[ChunkLength]);
        }

        _chunks[^1][Count++ % ChunkLength] = value;
    }
}
