namespace StorageConnect.Tests.Conformance;

/// <summary>The wrong plug-ins, each with the clause that is meant to catch it, by what they break.</summary>
internal static partial class Mutants
{
    // When first asked for: its parts are in several files, whose fields are initialized in no order that one could rely on.
    public static IReadOnlyList<Mutant> All => field ??=
    [
        .. Server, .. Secrets, .. Elements, .. Removals, .. Names, .. Listing,
        .. Identities, .. Groups, .. Presentations, .. Snapshots, .. Restores, .. Clones,
        .. Splits, .. Background, .. Calls, .. Limits, .. SideEffects, .. Many,
    ];
}
