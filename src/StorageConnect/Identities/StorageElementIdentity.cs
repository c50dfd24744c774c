using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>A LUN, clone or snapshot: by name, by Uuid, or by its record.</summary>
public sealed class StorageElementIdentity : RecordIdentity
{
    /// <summary>By name or Uuid.</summary>
    public StorageElementIdentity(string nameOrUuid)
        : base(nameOrUuid)
    {
    }

    /// <summary>By its record.</summary>
    public StorageElementIdentity(StorageElement element)
        : base(element.Uuid, element.StorageServerUuid) => Record = element;

    /// <summary>By its device on this host.</summary>
    public StorageElementIdentity(OscDevice device)
        : base(UuidOf(device), device.StorageServerUuid)
    {
    }

    /// <summary>By a deserialized record.</summary>
    public StorageElementIdentity(PSObject element)
        : base(Text(element, nameof(StorageElement.Uuid)), Text(element, nameof(StorageElement.StorageServerUuid)))
    {
        // Only who it is: all else is asked of the array anew.
        Stale = new()
        {
            Uuid = Key,
            StorageServerUuid = ServerUuid!,
            Name = Text(element, nameof(StorageElement.Name)),
            Type = Enum.Parse<StorageElementType>(Text(element, nameof(StorageElement.Type))),
        };
    }

    /// <summary>The record, if one was given.</summary>
    public StorageElement? Record { get; }

    /// <summary>The identity of a deserialized record, if one was given.</summary>
    public StorageElement? Stale { get; }

    /// <inheritdoc/>
    public override string ToString() => (Record ?? Stale)?.Name ?? Key;

    private static string UuidOf(OscDevice device) => device.StorageElementUuid
        ?? throw new PSInvalidCastException($"{device.Path} was not attached with Connect-OscStorageElement by this user: name the element.");

    private static string Text(PSObject element, string property) => Property(element, typeof(StorageElement).FullName!, property);
}
