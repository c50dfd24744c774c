using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>A registered server: by name, by Uuid, or by its record.</summary>
public sealed class StorageServerIdentity : RecordIdentity, IRecordIdentity<StorageServerIdentity>
{
    private readonly string _shown;

    /// <summary>By name or Uuid.</summary>
    public StorageServerIdentity(string nameOrUuid)
        : base(nameOrUuid) => (_shown, IsText) = (nameOrUuid, true);

    /// <summary>By its record.</summary>
    public StorageServerIdentity(StorageServer server)
        : this(server.Uuid, server.Name)
    {
    }

    /// <summary>By a deserialized record or a row.</summary>
    public StorageServerIdentity(PSObject server)
        : this(FromRow<StorageServerIdentity>(server))
    {
    }

    private StorageServerIdentity(StorageServerIdentity other)
        : base(other.Key, other.Server) => (_shown, IsNamedRow, IsText) = (other._shown, other.IsNamedRow, other.IsText);

    private StorageServerIdentity(string key, string shown)
        : base(key, key) => _shown = shown;

    /// <inheritdoc/>
    static string IRecordIdentity<StorageServerIdentity>.Wanted => "a storage server: its record, its name or its Uuid";

    /// <inheritdoc/>
    public override string ToString() => _shown;

    static StorageServerIdentity? IRecordIdentity<StorageServerIdentity>.From(GivenObject given) => From(given);

    internal static StorageServerIdentity? From(GivenObject given) => given switch
    {
        { Text: { } text } => new(text),
        // Only objects on a server have a server: a row with one is not the server itself.
        _ when !given.CanBe(nameof(StorageServer)) || (given.RecordType is null && given.Server is not null) => null,
        _ when given[nameof(StorageServer.Uuid)] is { } uuid => new(uuid, given[nameof(StorageServer.Name)] ?? uuid),
        _ when given.IsRow && given[nameof(StorageServer.Name)] is { } name => new(name, name) { IsNamedRow = true },
        _ => null,
    };

    /// <summary>Whether it is the server of an array.</summary>
    internal bool IsOf(StorageArray array) => Key == array.Uuid || string.Equals(Key, array.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The server of a record; null when it has none.</summary>
    internal static StorageServerIdentity? OfRecord(GivenObject given) => given.TellsItself && given.Server is { } server ? new(server, server) : null;
}
