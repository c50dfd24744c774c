using System.Globalization;
using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>
/// Marks a parameter that takes a date, or a time span before now. One in the future is refused: a wrong sign would make "older than" mean everything.
/// </summary>
internal sealed class MomentAttribute : ArgumentTransformationAttribute
{
    /// <summary>The accepted difference between the clocks of arrays and hosts.</summary>
    public static TimeSpan Tolerance { get; } = TimeSpan.FromMinutes(5);

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var given = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        var moment = Read(given) ?? throw new ArgumentTransformationMetadataException(
            $"'{given}' is not a date and not a time span: give a date (Get-Date), or a time span such as 14.00:00:00 or (New-TimeSpan -Days 14).");
        return moment <= DateTimeOffset.UtcNow + Tolerance ? moment : throw new ArgumentTransformationMetadataException(
            $"'{given}' is in the future: give a date before now, such as (Get-Date).AddDays(-14), " +
            "or a time span without a minus sign, such as 14.00:00:00 or (New-TimeSpan -Days 14).");
    }

    private static DateTimeOffset? Read(object? given) => given switch
    {
        DateTimeOffset moment => moment,
        DateTime moment => new DateTimeOffset(moment.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(moment, DateTimeKind.Local) : moment),
        TimeSpan span => Ago(span),
        // A bare number is refused: PowerShell would take it for ticks or days.
        string text when text.Any(sign => sign is ':' or '.') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) => Ago(span),
        // With a minus sign in front it is a wrong time span, which would be taken for an offset from UTC.
        string text when text.Any(sign => sign is '-' or '/') && !text.TrimStart().StartsWith('-')
            && DateTimeOffset.TryParse(text, CultureInfo.CurrentCulture, DateTimeStyles.AssumeLocal, out var moment) => moment,
        _ => null,
    };

    // A negative span is in the future, however short it is.
    private static DateTimeOffset Ago(TimeSpan span) =>
        span < TimeSpan.Zero ? DateTimeOffset.MaxValue
        : DateTimeOffset.UtcNow is var now && span < now - DateTimeOffset.MinValue ? now - span
        : DateTimeOffset.MinValue;
}
