namespace StorageConnect.PluginKit.Targets;

/// <summary>A target as the daemon has it.</summary>
public sealed record TargetState
{
    /// <summary>The daemon's number for it.</summary>
    public required int Number { get; init; }

    /// <summary>The IQN.</summary>
    public required string Name { get; init; }

    /// <summary>False while the target refuses logins.</summary>
    public bool Ready { get; init; } = true;

    /// <summary>Initiators that may log in.</summary>
    public ValueList<string> Initiators { get; init; } = [];

    /// <summary>Network addresses that may log in under any initiator name. StorageConnect never sets one.</summary>
    public ValueList<string> Addresses { get; init; } = [];

    /// <summary>The CHAP users bound to it.</summary>
    public ValueList<AccountName> Accounts { get; init; } = [];

    /// <summary>Who is logged in.</summary>
    public ValueList<SessionState> Sessions { get; init; } = [];

    /// <summary>Its logical units, without a controller at number 0.</summary>
    public ValueList<UnitState> Units { get; init; } = [];
}

/// <summary>An initiator that is logged in.</summary>
/// <param name="Id">The session's number within its target.</param>
/// <param name="Initiator">The initiator's name.</param>
/// <param name="Connections">The numbers of the session's connections.</param>
/// <param name="Addresses">The initiator's network addresses.</param>
public sealed record SessionState(long Id, string Initiator, ValueList<int> Connections, ValueList<string> Addresses)
{
    /// <summary>The initiator and its addresses, for messages.</summary>
    public override string ToString() => Addresses.Count == 0 ? Initiator : $"{Initiator} ({string.Join(", ", Addresses)})";
}

/// <summary>A logical unit as the daemon has it.</summary>
public sealed record UnitState
{
    /// <summary>The LUN.</summary>
    public required int Number { get; init; }

    /// <summary>32 hex digits of its NAA identity.</summary>
    public string Naa { get; init; } = "";

    /// <summary>Its serial number (VPD page 0x80).</summary>
    public string Serial { get; init; } = "";

    /// <summary>Whether a size in bytes matches what the daemon reports, which may be a rounded figure.</summary>
    public Func<long, bool> HasSize { get; init; } = _ => false;

    /// <summary>False while it takes no commands.</summary>
    public bool Online { get; init; }

    /// <summary>It takes UNMAP.</summary>
    public bool Thin { get; init; }

    /// <summary>It can't be written.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>What backs it; null when nothing does, or something of an unknown kind.</summary>
    public BackingStore? Backing { get; init; }

    /// <summary>Every write is durable when it is acknowledged.</summary>
    public bool WriteThrough { get; init; }

    /// <summary>The daemon has other storage open than what is under the path or name now: see <see cref="Export.IExportRecords.FindReplaced"/>.</summary>
    public bool IsReplaced { get; init; }
}
