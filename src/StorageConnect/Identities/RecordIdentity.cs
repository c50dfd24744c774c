using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>What identity types share: a name or Uuid as typed, or the identity of a record, live or deserialized.</summary>
public abstract class RecordIdentity
{
    private protected RecordIdentity(string key, string? serverUuid = null)
    {
        if (string.IsNullOrEmpty(key))
        {
            throw new PSInvalidCastException("The name is empty.");
        }

        Key = key;
        ServerUuid = serverUuid;
    }

    /// <summary>A name or a Uuid.</summary>
    public string Key { get; }

    /// <summary>The server the record is on, or null when only a name was given.</summary>
    public string? ServerUuid { get; }

    /// <summary>As users see it in errors and prompts.</summary>
    public override string ToString() => Key;

    /// <summary>A property of a record that is no longer the live one: from Import-Clixml, a job, remoting or Select-Object.</summary>
    /// <exception cref="PSInvalidCastException">The object isn't a record of type <paramref name="typeName"/>.</exception>
    private protected static string Property(PSObject record, string typeName, string property) =>
        record.TypeNames.Any(name => name == typeName || name.EndsWith($".{typeName}", StringComparison.Ordinal)) && record.Properties[property]?.Value?.ToString() is { Length: > 0 } value
            ? value
            : throw new PSInvalidCastException($"The object is no {typeName}.");
}
