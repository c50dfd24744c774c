using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>A registered server: by name, by Uuid, or by its record.</summary>
public sealed class StorageServerIdentity : RecordIdentity
{
    private readonly string _shown;

    /// <summary>By name or Uuid.</summary>
    public StorageServerIdentity(string nameOrUuid)
        : base(nameOrUuid) => _shown = nameOrUuid;

    /// <summary>By its record.</summary>
    public StorageServerIdentity(StorageServer server)
        : base(server.Uuid, server.Uuid) => _shown = server.Name;

    /// <summary>By a deserialized record.</summary>
    public StorageServerIdentity(PSObject server)
        : base(Property(server, typeof(StorageServer).FullName!, nameof(StorageConnect.StorageServer.Uuid))) =>
        _shown = Property(server, typeof(StorageServer).FullName!, nameof(StorageConnect.StorageServer.Name));

    /// <inheritdoc/>
    public override string ToString() => _shown;
}
