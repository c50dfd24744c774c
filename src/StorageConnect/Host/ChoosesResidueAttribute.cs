using System.Globalization;

namespace StorageConnect.Commands;

/// <summary>Marks a parameter that takes residue of this host.</summary>
internal sealed class ChoosesResidueAttribute : ChoosesAttribute
{
    public override string Wanted => "residue of this host, as Get-OscHostResidue shows it";

    private protected override Type ItemType => typeof(OscHostResidue);

    private protected override IReadOnlyCollection<object>? Convert(GivenObject given) =>
        given.Base is OscHostResidue residue ? [residue]
        : given.RecordType == nameof(OscHostResidue)
            && given[nameof(OscHostResidue.What)] is { } what
            && Enum.TryParse<OscHostResidueKind>(given[nameof(OscHostResidue.Kind)], ignoreCase: true, out var kind)
            && DateTimeOffset.TryParse(given[nameof(OscHostResidue.Since)], CultureInfo.CurrentCulture, out var since)
            ? [new OscHostResidue { Kind = kind, What = what, Since = since, Reason = given[nameof(OscHostResidue.Reason)] ?? "",
                SuggestedAction = given[nameof(OscHostResidue.SuggestedAction)] ?? "" }]
        : null;
}
