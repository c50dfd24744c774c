namespace StorageConnect.Engine.Arrays;

/// <summary>What every answer must be before another rule looks at it: whole, without a null where something must be.</summary>
internal static class ResultValidation
{
    /// <summary>What is missing in an answer, or null.</summary>
    [Rule(5, "A method that returns has succeeded: its answer is whole.", "Class methods")]
    public static string? FindProblem<T>(T answer) => answer switch
    {
        null => "it returned nothing",
        StorageElement element => FindElementProblem(element),
        AccessGroup group => FindGroupProblem(group),
        StorageServer server => IsWhole(server.VolumeGroups) ? null : "it returned a server without volume groups",
        IReadOnlyList<StorageElement> elements => FindFirst(elements, FindElementProblem),
        IReadOnlyList<AccessGroup> groups => FindFirst(groups, FindGroupProblem),
        IReadOnlyList<QosValue> values =>
            FindFirst(values, static value => value is { Value: not null, Name: not null, Description: not null }
                ? null
                : "it returned a quality of service without a value"),
        IReadOnlyList<string> texts => FindFirst(texts, static text => text is null ? "it returned nothing among other texts" : null),
        _ => null,
    };

    private static string? FindElementProblem(StorageElement? element) => element switch
    {
        null => "it returned nothing in the place of an element",
        { Uuid: null } or { Name: null } or { Page83Id: null } => $"it returned an element without an identity ('{element.Name}')",
        _ => IsWhole(element.AccessGroupNames) && IsWhole(element.DevicePaths) && IsWhole(element.SourceUuids)
            ? null
            : $"a list of '{element.Name}' is missing",
    };

    private static string? FindGroupProblem(AccessGroup? group) =>
        group is { Name: not null } && IsWhole(group.Entries) ? null : "it returned an access group without a name or without entries";

    private static string? FindFirst<T>(IReadOnlyList<T> items, Func<T, string?> findProblem)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (findProblem(items[i]) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static bool IsWhole(ValueList<string>? list)
    {
        for (var i = 0; i < (list?.Count ?? 0); i++)
        {
            if (list![i] is null)
            {
                return false;
            }
        }

        return list is not null;
    }
}
