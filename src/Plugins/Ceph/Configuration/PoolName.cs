namespace StorageConnect.Plugins.Ceph.Configuration;

/// <summary>A pool of a cluster, or a namespace in it.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Namespace">The namespace; empty for the pool itself.</param>
internal sealed record PoolName(string Pool, string Namespace)
{
    /// <summary>True when this is a namespace.</summary>
    public bool HasNamespace => Namespace.Length > 0;

    /// <summary>Reads <c>pool</c> or <c>pool/namespace</c>; null when it is neither.</summary>
    public static PoolName? TryParse(string? text)
    {
        var parts = text?.Split('/') ?? [];
        return parts.Length is 1 or 2 && parts.All(part => part.Length > 0 && !part.Contains('@', StringComparison.Ordinal) && !part.Any(char.IsControl))
            ? new(parts[0], parts.Length == 2 ? parts[1] : "")
            : null;
    }

    /// <summary>The full name of an image, or of a group.</summary>
    public string Of(string image) => $"{this}/{image}";

    /// <summary>As <c>rbd</c> takes it.</summary>
    public override string ToString() => HasNamespace ? $"{Pool}/{Namespace}" : Pool;
}
