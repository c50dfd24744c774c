using System.Globalization;
using System.Reflection;

namespace StorageConnect.Conformance;

/// <summary>All clauses, in the order in which they are checked.</summary>
internal static class ClauseCatalog
{
    private static readonly Lazy<IReadOnlyList<Clause>> Found = new(() => [.. Chapters().SelectMany(ClausesOf)]);

    /// <summary>All of them. Found when first asked for.</summary>
    public static IReadOnlyList<Clause> All => Found.Value;

    private static IEnumerable<(string Name, Type Type)> Chapters() =>
        from type in typeof(ClauseCatalog).Assembly.GetTypes()
        let mark = type.GetCustomAttribute<ChapterAttribute>()
        where mark is not null
        orderby mark.Position
        select (mark.Name, type);

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
