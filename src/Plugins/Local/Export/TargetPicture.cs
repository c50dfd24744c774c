namespace StorageConnect.Plugins.Local.Export;

/// <summary>A target as the daemon has it.</summary>
internal sealed record TargetPicture
{
    public required int Number { get; init; }

    public required string Name { get; init; }

    public bool Ready { get; init; } = true;

    public ValueList<string> Initiators { get; init; } = [];

    /// <summary>Network addresses let in whatever the initiator calls itself; never our doing.</summary>
    public ValueList<string> Addresses { get; init; } = [];

    public ValueList<AccountName> Accounts { get; init; } = [];

    public ValueList<SessionPicture> Sessions { get; init; } = [];

    /// <summary>Its logical units, without the controller that every target has at 0.</summary>
    public ValueList<UnitPicture> Units { get; init; } = [];
}

/// <summary>An initiator that is logged in.</summary>
internal sealed record SessionPicture(long Id, string Initiator, ValueList<int> Connections, ValueList<string> Addresses)
{
    /// <summary>For people.</summary>
    public override string ToString() => Addresses.Count == 0 ? Initiator : $"{Initiator} ({string.Join(", ", Addresses)})";
}

/// <summary>A logical unit as the daemon has it.</summary>
internal sealed record UnitPicture
{
    public required int Number { get; init; }

    public string Naa { get; init; } = "";

    public string Serial { get; init; } = "";

    /// <summary>Whether a size in bytes is its, as far as the daemon's rounded figures tell.</summary>
    public Func<long, bool> HasSize { get; init; } = _ => false;

    public bool Online { get; init; }

    public bool Thin { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>False when it is served in a way of which we know nothing.</summary>
    public bool IsPlain { get; init; }

    public string? Path { get; init; }

    public bool WriteThrough { get; init; }
}
