using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Marks an optional parameter: an empty cell of a row counts as omitted.</summary>
internal sealed class EmptyIsNullAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string { Length: > 0 } or not (null or string) ? inputData : null;
}

/// <summary>Marks a switch that rows set: true, false, yes, no, 1, 0, or an empty cell for no.</summary>
internal sealed class SwitchTextAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            null => new SwitchParameter(false),
            string text => text.Trim().ToUpperInvariant() switch
            {
                "TRUE" or "YES" or "1" => new SwitchParameter(true),
                "FALSE" or "NO" or "0" or "" => new SwitchParameter(false),
                _ => throw new ArgumentTransformationMetadataException($"'{text}' is neither true nor false."),
            },
            _ => inputData,
        };
}
