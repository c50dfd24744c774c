using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>How much a pool holds and how much more it takes, in bytes; null where the cluster doesn't tell.</summary>
internal readonly record struct Capacity(long? Total, long? Used, long? Free)
{
    /// <summary>The pool's figures. Without a manager the cluster says zero of everything, which means unknown.</summary>
    public static Capacity Read(Elements elements)
    {
        using var answer = elements.Rbd.TryAsk(elements.Token, "df");
        if (answer is null || !answer.RootElement.TryGetProperty("pools", out var pools))
        {
            return default;
        }

        foreach (var pool in pools.EnumerateArray().Where(pool => RbdJson.Text(pool, "name") == elements.Rbd.Pool.Pool))
        {
            var stats = pool.GetProperty("stats");
            var (stored, free) = (stats.GetProperty("stored").GetInt64(), stats.GetProperty("max_avail").GetInt64());
            return free == 0 && stored == 0 ? default : new(stored + free, stored, free);
        }

        return default;
    }
}
