using StorageConnect.PluginKit.Naming;

namespace StorageConnect.PluginKit.Targets;

/// <summary>A target as the records want it.</summary>
public sealed record TargetSpec
{
    /// <summary>The element's Uuid.</summary>
    public required string Element { get; init; }

    /// <summary>The element's name, for messages.</summary>
    public required string ElementName { get; init; }

    /// <summary>The IQN.</summary>
    public required string Name { get; init; }

    /// <summary>Initiators that may log in.</summary>
    public required ValueList<string> Initiators { get; init; }

    /// <summary>The CHAP users that logins and the target itself authenticate as.</summary>
    public required ValueList<AccountName> Accounts { get; init; }

    /// <summary>Null while the element is offline: then the target has no unit.</summary>
    public UnitSpec? Unit { get; init; }

    /// <summary>The number to try first. Other arrays and administrators have targets in the same daemon, so it is a random one.</summary>
    public int PreferredNumber => (int)(Identities.LockPosition(Element) % (int.MaxValue - 1)) + 1;
}

/// <summary>The one logical unit of a target.</summary>
public sealed record UnitSpec
{
    /// <summary>Each target has one unit, of this number: a LUN is never used again for another element.</summary>
    public const int Number = 1;

    /// <summary>What backs it.</summary>
    public required BackingStore Backing { get; init; }

    /// <summary>32 hex digits of an NAA 6 identity: <see cref="StorageElement.Page83Id"/> without the type digit in front.</summary>
    public required string Naa { get; init; }

    /// <summary>The serial number (VPD page 0x80), at most 36 characters.</summary>
    public required string Serial { get; init; }

    /// <summary>The product name that initiators see, at most 16 ASCII characters.</summary>
    public required string Product { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Initiators may give blocks back (UNMAP).</summary>
    public required bool Thin { get; init; }

    /// <summary>Every write is durable when it is acknowledged.</summary>
    public required bool WriteThrough { get; init; }
}

/// <summary>A CHAP user.</summary>
/// <param name="User">Its name.</param>
/// <param name="Outgoing">False for initiators that log in, true for the target itself.</param>
public readonly record struct AccountName(string User, bool Outgoing);

/// <summary>A CHAP user with its secret, which never gets into a text.</summary>
/// <param name="name">The user.</param>
/// <param name="secret">The secret.</param>
/// <param name="daemon">The identity of the daemon that has this user with this secret, or null when that isn't known.</param>
public sealed class ChapAccount(AccountName name, string secret, string? daemon)
{
    /// <summary>The user.</summary>
    public AccountName Name { get; } = name;

    /// <summary>The identity of the daemon that has this user with this secret, or null when that isn't known.</summary>
    public string? Daemon { get; } = daemon;

    /// <summary>The secret. A method, so that nothing that prints properties can show it.</summary>
    public string GetSecret() => secret;
}
