namespace StorageConnect.Engine.Results;

/// <summary>
/// Checks every result before the other rules: it is complete, its numbers and states are valid, and its identifiers have no characters that can't be
/// displayed.
/// </summary>
internal static class ResultValidation
{
    /// <summary>What is wrong with a result, or null.</summary>
    [Rule(5, "A method that returns has succeeded: its answer is whole.", "Class methods")]
    public static string? FindProblem<T>(T answer) => answer switch
    {
        null => "it returned nothing",
        StorageElement element => FindElementProblem(element),
        AccessGroup group => FindGroupProblem(group),
        StorageServer server => FindServerProblem(server),
        IReadOnlyList<StorageElement> elements => FindFirst(elements, FindElementProblem),
        IReadOnlyList<AccessGroup> groups => FindFirst(groups, FindGroupProblem),
        IReadOnlyList<QosValue> values => FindFirst(values, FindQosProblem),
        IReadOnlyList<string> texts => FindFirst(texts, FindNameProblem),
        _ => null,
    };

    private static string? FindElementProblem(StorageElement? element) => element switch
    {
        null => "it returned nothing in the place of an element",
        { Uuid: null } or { Name: null } or { Page83Id: null } => $"it returned an element without an identity ('{UntrustedText.Quote(element.Name)}')",
        _ => FindElementProblem(element, UntrustedText.Quote),
    };

    private static string? FindElementProblem(StorageElement element, Func<string?, string> quote) =>
        !(IsWhole(element.AccessGroupNames) && IsWhole(element.DevicePaths) && IsWhole(element.SourceUuids) && IsWhole(element.LunAddresses))
            ? $"a list of '{quote(element.Name)}' is missing or not whole"
        : !UntrustedText.IsCleanLine(element.Uuid) || !AreClean(element.SourceUuids) ? $"a uuid of '{quote(element.Name)}' has characters that no uuid has"
        : !IsIdentity(element.Page83Id) ? $"the page83_id of '{quote(element.Name)}' has characters that no identity has"
        : element.AsyncHandle is { } handle && !UntrustedText.IsStorableNote(handle)
            ? $"the async_handle of '{quote(element.Name)}' is too long or no plain text"
        : !Enum.IsDefined(element.Type) ? $"'{quote(element.Name)}' has the type {(int)element.Type}, which is none"
        : !Enum.IsDefined(element.State) ? $"'{quote(element.Name)}' has the state {(int)element.State}, which is none"
        : element.SizeBytes < 0 ? $"'{quote(element.Name)}' has the size {element.SizeBytes}"
        : null;

    private static string? FindGroupProblem(AccessGroup? group) =>
        group is not { Name: not null } || !IsWhole(group.Entries) ? "it returned an access group without a name or without entries"
        : UntrustedText.IsCleanLine(group.Name) && AreClean(group.Entries) ? null
        : $"the access group '{UntrustedText.Quote(group.Name)}' or an entry of it has characters that can't be shown, or is too long";

    private static string? FindServerProblem(StorageServer server) =>
        !IsWhole(server.VolumeGroups) ? "it returned a server without volume groups"
        : server.StorageId is { } note && !UntrustedText.IsStorableNote(note) ? "its storage_id is too long or no plain text"
        : server.IscsiTargets is null || server.IscsiTargets.Any(target => target is not { TargetName: not null, Portal: not null })
            ? "it returned a target without a name or portal"
        : server.IscsiTargets.FirstOrDefault(target => !UntrustedText.IsCleanLine(target.TargetName) || !UntrustedText.IsCleanLine(target.Portal)) is { } odd
            ? $"the target '{UntrustedText.Quote(odd.TargetName)}' has characters that no target has"
        : null;

    private static string? FindQosProblem(QosValue? value) =>
        value is not { Value: not null, Name: not null, Description: not null } ? "it returned a quality of service without a value"
        : UntrustedText.IsCleanLine(value.Value) ? null
        : $"the quality of service '{UntrustedText.Quote(value.Value)}' has characters that can't be shown, or is too long";

    private static string? FindNameProblem(string? text) =>
        text is null ? "it returned nothing among other texts"
        : UntrustedText.IsCleanLine(text) ? null
        : $"the name '{UntrustedText.Quote(text)}' has characters that can't be shown, or is too long";

    // It becomes part of a path below /dev.
    private static bool IsIdentity(string page83Id) => UntrustedText.IsCleanLine(page83Id) && !page83Id.Contains('/', StringComparison.Ordinal);

    /// <summary>Whether each text can be displayed unchanged.</summary>
    public static bool AreClean(ValueList<string> texts)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            if (!UntrustedText.IsCleanLine(texts[i]))
            {
                return false;
            }
        }

        return true;
    }

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

    private static bool IsWhole<T>(ValueList<T>? list)
        where T : class
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
