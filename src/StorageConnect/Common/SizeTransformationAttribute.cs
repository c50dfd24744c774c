using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace StorageConnect.Commands;

/// <summary>Converts a size as typed (10GB, 3.5TB, "20GB") into bytes, with a clear error for anything else.</summary>
internal sealed partial class SizeTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        try
        {
            // As the tables print them, too: 10 GB, 10GiB and 10 GiB are what PowerShell writes as 10GB.
            var plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
            return LanguagePrimitives.ConvertTo(plain is string text ? Unit().Replace(text.Trim(), "$1$2B") : inputData, typeof(long),
                CultureInfo.InvariantCulture);
        }
        catch (PSInvalidCastException e)
        {
            throw new ArgumentTransformationMetadataException(
                $"'{inputData}' is not a size: give bytes as a whole number from 1 to {long.MaxValue}, such as 10GB or 3.5TB.", e);
        }
    }

    [GeneratedRegex(@"^([\d.]+)\s*([KMGTP])i?B$", RegexOptions.IgnoreCase)]
    private static partial Regex Unit();
}
