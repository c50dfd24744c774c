using System.Globalization;
using System.Reflection;
using StorageConnect.Conformance.Clauses;

namespace StorageConnect.Conformance;

/// <summary>All clauses, in the order in which they are checked.</summary>
internal static class ClauseCatalog
{
    // From questions to changes, from what others build on to what is built on it; what must come last comes last.
    private static readonly (string Name, Type Type)[] Chapters =
    [
        ("Descriptor", typeof(DescriptorClauses)),
        ("Server", typeof(ServerClauses)),
        ("Capabilities", typeof(CapabilityClauses)),
        ("Listing", typeof(ListingClauses)),
        ("Creating", typeof(CreatingClauses)),
        ("Sizes", typeof(SizeClauses)),
        ("Names", typeof(NameClauses)),
        ("Info", typeof(InfoClauses)),
        ("State", typeof(StateClauses)),
        ("Groups", typeof(GroupClauses)),
        ("Presentation", typeof(PresentationClauses)),
        ("Resize", typeof(ResizeClauses)),
        ("Snapshots", typeof(SnapshotClauses)),
        ("MultiSnapshots", typeof(MultiSnapshotClauses)),
        ("Restore", typeof(RestoreClauses)),
        ("Clones", typeof(CloneClauses)),
        ("SnapshotClones", typeof(SnapshotCloneClauses)),
        ("Splitting", typeof(SplittingClauses)),
        ("SideEffects", typeof(SideEffectClauses)),
        ("Many", typeof(ManyClauses)),
        ("Limits", typeof(LimitClauses)),
        ("Qos", typeof(QosClauses)),
        ("Async", typeof(AsyncClauses)),
        ("Update", typeof(UpdateClauses)),
        ("Iscsi", typeof(IscsiClauses)),
        ("Unsupported", typeof(UnsupportedClauses)),
        ("Removal", typeof(RemovalClauses)),
        ("StaleRecords", typeof(StaleRecordClauses)),
        ("Cache", typeof(CacheClauses)),
        ("Concurrency", typeof(ConcurrencyClauses)),
        ("CleanUp", typeof(CleanUpClauses)),
    ];

    private static readonly Lazy<IReadOnlyList<Clause>> Found = new(() => [.. Chapters.SelectMany(ClausesOf)]);

    /// <summary>All of them. Found when first asked for.</summary>
    public static IReadOnlyList<Clause> All => Found.Value;

    private static IEnumerable<Clause> ClausesOf((string Name, Type Type) chapter) =>
        from method in chapter.Type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        let mark = method.GetCustomAttribute<ClauseAttribute>()
        where mark is not null
        orderby int.Parse(mark.Number.AsSpan(mark.Number.LastIndexOf('-') + 1), CultureInfo.InvariantCulture)
        select new Clause(
            mark.Number,
            chapter.Name,
            mark.Guide,
            mark.Rule == 0 ? null : mark.Rule,
            mark.Text,
            !mark.ReadOnly,
            mark.Needs.ToValueList(),
            mark.Lacks < 0 ? null : (AbilityKey)mark.Lacks,
            method.CreateDelegate<Func<ClauseContext, Task>>());
}
