using StorageConnect.Plugins.Cinder.Api;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>Bytes there are: of the pools, where an administrator sees them and their drivers tell; else of the project's quota.</summary>
internal sealed record Capacity(long? Total, long? Used, long? Free, long? Allocated)
{
    public static Capacity Of(Limits limits, IReadOnlyList<Pool>? pools)
    {
        var allocated = limits.TotalGigabytesUsed * Ids.GiB;
        if (pools is { Count: > 0 } && pools.All(pool => pool.Bytes("total_capacity_gb") is not null && pool.Bytes("free_capacity_gb") is not null))
        {
            var total = pools.Sum(pool => pool.Bytes("total_capacity_gb")!.Value);
            var free = Math.Min(total, pools.Sum(pool => pool.Bytes("free_capacity_gb")!.Value));
            return new(total, total - free, free, allocated);
        }

        if (limits.MaxTotalVolumeGigabytes < 0)
        {
            return new(null, null, null, allocated);
        }

        // A quota may be lowered below what is used.
        var quota = Math.Max(limits.MaxTotalVolumeGigabytes * Ids.GiB, allocated);
        return new(quota, allocated, quota - allocated, allocated);
    }
}
