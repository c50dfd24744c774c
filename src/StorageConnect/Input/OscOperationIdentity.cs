using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>An operation: by its Id, or by its record.</summary>
public sealed class OscOperationIdentity : RecordIdentity, IRecordIdentity<OscOperationIdentity>
{
    /// <summary>By Id.</summary>
    public OscOperationIdentity(string id)
        : base(id) => IsText = true;

    /// <summary>By its record.</summary>
    public OscOperationIdentity(OscOperation operation)
        : base(operation.Id) => Record = operation;

    /// <summary>By a deserialized record or a row.</summary>
    public OscOperationIdentity(PSObject operation)
        : base(FromRow<OscOperationIdentity>(operation).Key)
    {
    }

    /// <inheritdoc/>
    static string IRecordIdentity<OscOperationIdentity>.Wanted => "an operation: its record (Get-OscOperation) or its Id";

    /// <summary>The record, if one was given. It may be old: the present state is queried.</summary>
    public OscOperation? Record { get; }

    static OscOperationIdentity? IRecordIdentity<OscOperationIdentity>.From(GivenObject given) => given switch
    {
        { Text: { } text } => new(text),
        { Base: OscOperation { Id.Length: > 0 } operation } => new(operation),
        { RecordType: nameof(OscOperation), IsRow: true } when given[nameof(OscOperation.Id)] is { } id => new(id),
        _ => null,
    };
}
