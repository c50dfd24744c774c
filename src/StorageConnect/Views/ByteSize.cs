using System.Globalization;

namespace StorageConnect;

/// <summary>Sizes for display, as the table views show them.</summary>
public static class ByteSize
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Bytes with a binary unit and at most two decimals, such as <c>10 GiB</c> or <c>1.25 TiB</c>; empty for null.</summary>
    public static string Format(long? bytes)
    {
        if (bytes is not { } count)
        {
            return "";
        }

        var value = (double)count;
        var unit = 0;
        while (Math.Abs(value) >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.CurrentCulture, $"{value:0.##} {Units[unit]}");
    }

    /// <summary>The size for display and the exact bytes, such as <c>10 GiB (10737418240 bytes)</c>; empty for null.</summary>
    public static string Exact(long? bytes) => bytes is { } count ? $"{Format(bytes)} ({count} bytes)" : "";
}
