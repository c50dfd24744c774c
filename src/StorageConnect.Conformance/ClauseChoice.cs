using System.IO.Enumeration;

namespace StorageConnect.Conformance;

/// <summary>Chooses clauses by number or tag, wildcards allowed.</summary>
internal static class ClauseChoice
{
    /// <exception cref="NotFoundException">A word fits no clause: it would silently check less than was meant.</exception>
    public static IReadOnlyList<Clause> Choose(IReadOnlyList<string> include, IReadOnlyList<string> exclude)
    {
        if (include.Concat(exclude).FirstOrDefault(word => !ClauseCatalog.All.Any(clause => Fits(clause, word))) is { } stray)
        {
            throw ConformanceErrors.ClauseNotFound(stray, ClauseCatalog.All.Select(clause => clause.Chapter).Distinct());
        }

        return [.. ClauseCatalog.All.Where(
            clause => (include.Count == 0 || include.Any(word => Fits(clause, word))) && !exclude.Any(word => Fits(clause, word)))];
    }

    private static bool Fits(Clause clause, string word) =>
        clause.Tags.Append(clause.Number).Any(name => FileSystemName.MatchesSimpleExpression(word, name, ignoreCase: true));
}
