using System.Collections;
using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Marks a parameter of a single value. For a list PowerShell itself reports only that the specified method is not supported.</summary>
internal sealed class OneValueAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            IList { Count: 1 } list => list[0],
            IList { Count: 0 } => throw new ArgumentTransformationMetadataException("One value is expected, and this is an empty list."),
            IList list => throw new ArgumentTransformationMetadataException(
                $"One value is expected, and this is a list of {list.Count}: {string.Join(", ", list.Cast<object?>())}."),
            _ => inputData,
        };
}
