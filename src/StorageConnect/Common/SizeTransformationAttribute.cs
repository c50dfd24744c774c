using System.Globalization;
using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Turns what users give as a size (10GB, 3.5TB, "20GB") into bytes, and says clearly what can't be one.</summary>
internal sealed class SizeTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        try
        {
            return LanguagePrimitives.ConvertTo(inputData, typeof(long), CultureInfo.InvariantCulture);
        }
        catch (PSInvalidCastException e)
        {
            throw new ArgumentTransformationMetadataException(
                $"'{inputData}' is no size: give bytes as a whole number from 1 to {long.MaxValue}, such as 10GB or 3.5TB.", e);
        }
    }
}
