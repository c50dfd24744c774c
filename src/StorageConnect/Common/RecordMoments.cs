using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace StorageConnect;

/// <summary>
/// The dates of records, for <c>StorageConnect.types.ps1xml</c>: their text is in round-trip format, so that Export-Csv keeps the instant. The default
/// text has no fractions of a second and depends on the culture.
/// </summary>
public static class RecordMoments
{
    private static readonly MethodInfo RoundTrip = typeof(RecordMoments).GetMethod(nameof(ToRoundTripText))!;

    /// <summary>When an element was created.</summary>
    public static object? CreatedAt(PSObject record) => Wrap((record.BaseObject as StorageElement)?.CreatedAt);

    /// <summary>When a server's figures were reported.</summary>
    public static object? ReportedAt(PSObject record) => Wrap((record.BaseObject as StorageServer)?.ReportedAt);

    /// <summary>When an operation began.</summary>
    public static object? StartedAt(PSObject record) => Wrap((record.BaseObject as OscOperation)?.StartedAt);

    /// <summary>When an operation ended.</summary>
    public static object? EndedAt(PSObject record) => Wrap((record.BaseObject as OscOperation)?.EndedAt);

    /// <summary>When residue was first seen.</summary>
    public static object? Since(PSObject record) => Wrap((record.BaseObject as OscHostResidue)?.Since);

    /// <summary>The text of a date.</summary>
    public static string ToRoundTripText(PSObject moment) =>
        moment.BaseObject is IFormattable date ? date.ToString("o", CultureInfo.InvariantCulture) : "";

    private static PSObject? Wrap(DateTimeOffset? moment)
    {
        if (moment is not { } date)
        {
            return null;
        }

        var wrapped = new PSObject(date);
        wrapped.Methods.Add(new PSCodeMethod("ToString", RoundTrip));
        return wrapped;
    }
}
