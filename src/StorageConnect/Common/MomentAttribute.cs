using System.Globalization;
using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Marks a parameter that takes a date, or a time span before now.</summary>
internal sealed class MomentAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var given = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return given switch
        {
            DateTimeOffset moment => moment,
            DateTime moment => new DateTimeOffset(moment.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(moment, DateTimeKind.Local) : moment),
            TimeSpan span when span >= TimeSpan.Zero => Ago(span),
            // A bare number is refused: PowerShell would take it for ticks or days.
            string text when text.Any(sign => sign is ':' or '.') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span)
                && span >= TimeSpan.Zero => Ago(span),
            string text when text.Any(sign => sign is '-' or '/')
                && DateTimeOffset.TryParse(text, CultureInfo.CurrentCulture, DateTimeStyles.AssumeLocal, out var moment) => moment,
            _ => throw new ArgumentTransformationMetadataException(
                $"'{given}' is not a date and not a time span: give a date (Get-Date), or a time span such as 14.00:00:00 or (New-TimeSpan -Days 14)."),
        };
    }

    private static DateTimeOffset Ago(TimeSpan span) =>
        DateTimeOffset.UtcNow is var now && span < now - DateTimeOffset.MinValue ? now - span : DateTimeOffset.MinValue;
}
