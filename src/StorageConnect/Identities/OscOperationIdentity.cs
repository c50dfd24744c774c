using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>An operation: by its Id, or by its record.</summary>
public sealed class OscOperationIdentity : RecordIdentity
{
    /// <summary>By Id.</summary>
    public OscOperationIdentity(string id)
        : base(id)
    {
    }

    /// <summary>By its record.</summary>
    public OscOperationIdentity(OscOperation operation)
        : base(operation.Id) => Record = operation;

    /// <summary>By a deserialized record.</summary>
    public OscOperationIdentity(PSObject operation)
        : base(Property(operation, typeof(OscOperation).FullName!, nameof(OscOperation.Id)))
    {
    }

    /// <summary>The record, if one was given. Old by now: what counts is asked anew.</summary>
    public OscOperation? Record { get; }
}
