using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>A LUN, clone or snapshot: by name, by Uuid, by its record, or by its device on this host.</summary>
public sealed class StorageElementIdentity : RecordIdentity, IRecordIdentity<StorageElementIdentity>
{
    /// <summary>By name or Uuid.</summary>
    public StorageElementIdentity(string nameOrUuid)
        : base(nameOrUuid) => IsText = true;

    /// <summary>By its record.</summary>
    public StorageElementIdentity(StorageElement element)
        : base(element.Uuid, element.StorageServerUuid) => Record = element;

    /// <summary>By its device on this host.</summary>
    public StorageElementIdentity(OscDevice device)
        : base(UuidOf(device.StorageElementUuid, device.Path), device.StorageServerUuid)
    {
    }

    /// <summary>By a deserialized record or a row.</summary>
    public StorageElementIdentity(PSObject element)
        : this(FromRow<StorageElementIdentity>(element))
    {
    }

    private StorageElementIdentity(StorageElementIdentity other)
        : base(other.Key, other.Server) =>
        (Record, Stale, IsNamedRow, IsText, IsElementRow) = (other.Record, other.Stale, other.IsNamedRow, other.IsText, other.IsElementRow);

    private StorageElementIdentity(string uuid, string? server)
        : base(uuid, server)
    {
    }

    /// <inheritdoc/>
    static string IRecordIdentity<StorageElementIdentity>.Wanted => "a storage element: its record, its name or its Uuid";

    /// <summary>The record, if one was given.</summary>
    public StorageElement? Record { get; }

    /// <summary>The identity of a deserialized record or a row, where it has enough for a look-up; everything else comes from the array.</summary>
    public StorageElement? Stale { get; private init; }

    /// <summary>True for a row that has no Uuid, and whose columns or type tell that it is an element's.</summary>
    internal bool IsElementRow { get; private init; }

    /// <inheritdoc/>
    public override string ToString() => (Record ?? Stale)?.Name ?? Key;

    static StorageElementIdentity? IRecordIdentity<StorageElementIdentity>.From(GivenObject given) => From(given);

    internal static StorageElementIdentity? From(GivenObject given) => given switch
    {
        { Text: { } text } => new(text),
        { Base: StorageElement { Uuid.Length: > 0 } element } => new(element),
        { RecordType: nameof(OscDevice) } => given[nameof(OscDevice.StorageElementUuid)] is { } uuid ? new(uuid, given.Server) : null,
        _ when !given.IsRow || !given.CanBe(nameof(StorageElement)) => null,
        _ when given[nameof(StorageElement.Uuid)] is { } told && AsRecordsHaveIt(told) is var uuid => new(uuid, given.Server) { Stale = ToStale(given, uuid) },
        _ when given[nameof(StorageElement.Name)] is { } name => new(name, given.Server)
        {
            IsNamedRow = true,
            IsElementRow = given.RecordType == nameof(StorageElement),
        },
        _ => null,
    };

    // A spreadsheet or another program may have written a Uuid with dashes or in capitals.
    private static string AsRecordsHaveIt(string uuid) => Guid.TryParse(uuid, out var typed) ? typed.ToString("N") : uuid;

    private static StorageElement? ToStale(GivenObject row, string uuid) =>
        row[nameof(StorageElement.StorageServerUuid)] is { } server
        && row[nameof(StorageElement.Name)] is { } name
        && Enum.TryParse<StorageElementType>(row[nameof(StorageElement.Type)], ignoreCase: true, out var type)
            ? new() { Uuid = uuid, StorageServerUuid = server, Name = name, Type = type }
            : null;

    private static string UuidOf(string? uuid, string device) => uuid
        ?? throw new PSInvalidCastException($"{device} was not attached with Connect-OscStorageElement by this user: name the element.");
}
