using StorageConnect.Plugins.Local.Naming;

namespace StorageConnect.Plugins.Local.Export;

/// <summary>A target as it is to be.</summary>
internal sealed record TargetSpec
{
    /// <summary>The element's uuid.</summary>
    public required string Element { get; init; }

    /// <summary>The element's name, for people.</summary>
    public required string ElementName { get; init; }

    /// <summary>The IQN.</summary>
    public required string Name { get; init; }

    public required ValueList<string> Initiators { get; init; }

    public required ValueList<AccountName> Accounts { get; init; }

    /// <summary>Null while the element is offline: then the target has none.</summary>
    public UnitSpec? Unit { get; init; }

    /// <summary>The number to try first. Targets of other pools and people are in the same daemon, so it is a random one.</summary>
    public int PreferredNumber => (int)(Identities.LockPosition(Element) % (int.MaxValue - 1)) + 1;
}

/// <summary>The one logical unit of a target.</summary>
internal sealed record UnitSpec
{
    /// <summary>Each target has one unit, of this number: a number is never used again for another element.</summary>
    public const int Number = 1;

    public required string Path { get; init; }

    /// <summary>32 hex digits of an NAA 6 identity: <see cref="StorageElement.Page83Id"/> without the type digit in front.</summary>
    public required string Naa { get; init; }

    public required string Serial { get; init; }

    public required long Size { get; init; }

    /// <summary>Initiators may give blocks back (UNMAP).</summary>
    public required bool Thin { get; init; }

    /// <summary>Every write is durable when it is acknowledged.</summary>
    public required bool WriteThrough { get; init; }
}

/// <summary>A CHAP user, of initiators (incoming) or of the target itself (outgoing).</summary>
internal readonly record struct AccountName(string User, bool Outgoing);
