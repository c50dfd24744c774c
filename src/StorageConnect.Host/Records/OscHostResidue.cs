namespace StorageConnect;

/// <summary>Something left behind on this host.</summary>
public sealed record OscHostResidue
{
    /// <summary>What it is.</summary>
    public OscHostResidueKind Kind { get; init; }

    /// <summary>Which one: a device, a session, a file, an element.</summary>
    public string What { get; init; } = "";

    /// <summary>Why it is residue.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Since when, as far as is known: from the first time it was seen.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>What to do about it.</summary>
    public string SuggestedAction { get; init; } = "";

    /// <summary>Its kind and name.</summary>
    public override string ToString() => $"{Kind} {What}";
}
