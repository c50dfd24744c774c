using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>The base of identity types: a name or Uuid as typed, or the identity of a record, live, deserialized or as a row.</summary>
public abstract class RecordIdentity
{
    private protected RecordIdentity(string key, string? server = null)
    {
        if (string.IsNullOrWhiteSpace(key))
        {
            throw new PSInvalidCastException("The name is empty.");
        }

        (Key, Server) = (key, server);
    }

    /// <summary>A name or a Uuid.</summary>
    public string Key { get; }

    /// <summary>The server the record is on, by Uuid or name; null when only a name was given.</summary>
    public string? Server { get; }

    /// <summary>True for a row with nothing but a name: accepted in cmdlets that list objects of that name, and not in others.</summary>
    internal bool IsNamedRow { get; private protected init; }

    /// <summary>True for a text: a name, or a Uuid that was typed.</summary>
    internal bool IsText { get; private protected init; }

    /// <summary>False for a record that is on another server.</summary>
    internal bool IsOn(StorageArray array) =>
        Server is not { } server || server == array.Uuid || string.Equals(server, array.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Its text in errors and prompts.</summary>
    public override string ToString() => Key;

    private protected static T FromRow<T>(PSObject row)
        where T : RecordIdentity, IRecordIdentity<T> =>
        T.From(new(row)) ?? throw new PSInvalidCastException($"The object is not {T.Wanted}.");
}

/// <summary>How an identity type is created from input.</summary>
/// <typeparam name="T">The type itself.</typeparam>
internal interface IRecordIdentity<T>
{
    /// <summary>The accepted input, for errors.</summary>
    static abstract string Wanted { get; }

    /// <summary>The identity of an object; null when it is of another kind.</summary>
    static abstract T? From(GivenObject given);
}
