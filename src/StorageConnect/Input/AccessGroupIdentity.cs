using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>An access group: by name, or by its record.</summary>
public sealed class AccessGroupIdentity : RecordIdentity, IRecordIdentity<AccessGroupIdentity>
{
    /// <summary>By name.</summary>
    public AccessGroupIdentity(string name)
        : base(name) => IsText = true;

    /// <summary>By its record.</summary>
    public AccessGroupIdentity(AccessGroup group)
        : this(group.Name, group.StorageServerUuid is { Length: > 0 } server ? server : null)
    {
    }

    /// <summary>By a deserialized record or a row.</summary>
    public AccessGroupIdentity(PSObject group)
        : this(FromRow<AccessGroupIdentity>(group))
    {
    }

    private AccessGroupIdentity(AccessGroupIdentity other)
        : base(other.Key, other.Server) => (IsNamedRow, IsText) = (other.IsNamedRow, other.IsText);

    private AccessGroupIdentity(string name, string? server)
        : base(name, server) => IsNamedRow = server is null;

    /// <inheritdoc/>
    static string IRecordIdentity<AccessGroupIdentity>.Wanted => "an access group: its record or its name";

    static AccessGroupIdentity? IRecordIdentity<AccessGroupIdentity>.From(GivenObject given) => From(given);

    internal static AccessGroupIdentity? From(GivenObject given) => given switch
    {
        { Text: { } text } => new(text),
        _ when given.CanBe(nameof(AccessGroup)) && given[nameof(StorageElement.Uuid)] is null && given[nameof(AccessGroup.Name)] is { } name =>
            new(name, given.Server),
        _ => null,
    };

    /// <summary>The names of groups for an element.</summary>
    /// <exception cref="InvalidRequestException">One of them is on another server than the element.</exception>
    internal static IReadOnlyList<string> NamesFor(AccessGroupIdentity[]? groups, StorageArray array, StorageElement element) =>
        groups?.FirstOrDefault(group => !group.IsOn(array)) is { } foreign
            ? throw CommandErrors.AccessGroupOnOtherServer(foreign.ToString(), element.Name, array.Name)
            : [.. (groups ?? []).Select(group => group.Key).Distinct()];
}
