namespace StorageConnect.Host.Residue;

/// <summary>When residue was first seen. The kernel doesn't tell how old its things are.</summary>
internal sealed record Sighting
{
    public OscHostResidueKind Kind { get; init; }

    public string What { get; init; } = "";

    public DateTimeOffset Since { get; init; }
}
