using System.Reflection;

namespace StorageConnect.Plugins.Ceph.Tool;

/// <summary>
/// Whether a pool is known to be full, and the script for what has to work there all the same. The usual programs wait in a full pool; so after one
/// such wait the script is used at once, until the pool has room again.
/// </summary>
internal sealed class FullPool
{
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(30);
    private long _seen;

    /// <summary>The script's text.</summary>
    public static byte[] ReadScript()
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("full_pool.py")!;
        var script = new byte[resource.Length];
        resource.ReadExactly(script);
        return script;
    }

    /// <summary>Whether the pool was found full, and is full still.</summary>
    /// <param name="isFull">Asks the cluster.</param>
    public bool IsKnown(Func<bool> isFull)
    {
        var seen = Volatile.Read(ref _seen);
        return seen != 0 && (TimeProvider.System.GetElapsedTime(seen) < Validity || Ask(isFull));
    }

    /// <summary>Asks the cluster whether the pool is full.</summary>
    public bool Ask(Func<bool> isFull)
    {
        var full = isFull();
        Volatile.Write(ref _seen, full ? TimeProvider.System.GetTimestamp() : 0);
        return full;
    }
}
