using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>The base of the cmdlets that list elements, clones and snapshots.</summary>
public abstract class OscElementListCmdlet : OscNamedQueryCmdlet<StorageElement>
{
    /// <summary>Uuids, with or without dashes.</summary>
    [Parameter]
    [ChoosesUuids]
    public string[]? Uuid { get; set; }

    private protected sealed override string NameOf(StorageElement record) => record.Name;

    private protected override IEnumerable<Lookup> Lookups(IReadOnlyList<NamePattern> names) =>
        Uuid?.Distinct().Select(uuid => new Lookup(names) { Uuid = uuid })
        // A text that looks like a Uuid may be one.
        ?? base.Lookups(names).Concat(names.Select(name => name.Literal).OfType<string>().Where(text => Guid.TryParseExact(text, "N", out _))
            .Select(text => new Lookup(NamePattern.From(null)) { Uuid = text }));

    private protected sealed override bool Matches(StorageElement record, Lookup lookup) => lookup.Matches(record);
}
