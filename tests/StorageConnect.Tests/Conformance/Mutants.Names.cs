using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Names that are not kept as they are.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Names =>
    [
        new("NAME-1", "cuts long names", a => a.Rename(name => name[..Math.Min(name.Length, 63)])),
        new("NAME-2", "compares the beginning of names", a => a.Rename(name => name[..Math.Min(name.Length, 254)])),
        new("NAME-3", "makes one space of several", a => a.Rename(name => name.Replace("  ", " ", StringComparison.Ordinal))),
        new("NAME-3", "makes underscores of spaces", a => a.Rename(name => name.Replace(' ', '_'))),
        new("NAME-4", "writes names in ASCII", a => a.Rename(name => string.Concat(name.Select(c => char.IsAscii(c) ? c : '?')))),
        new("NAME-5", "takes a leading dash for an option", a => a.Rename(name => name.TrimStart('-'))),
        new("NAME-6", "ends names at a quote", a => a.Rename(name => name.Split('\'')[0])),
        new("NAME-7", "takes names for paths", a => a.Rename(name => Path.GetFileName(Path.GetFullPath("/" + name)))),
        new("NAME-8", "replaces special characters", a => a.Rename(name => name.Replace('*', '_'))),
        new("NAME-9", "returns what has the name in another case", a => a.Instead<StorageElement>("create", (call, normally, _) =>
            Task.FromResult(a.Contents.Elements.FirstOrDefault(
                old => string.Equals(old.Name, call.Argument<StorageElement>(0).Name, StringComparison.OrdinalIgnoreCase)) ?? normally()))),
        new("NAME-10", "changes a snapshot's odd name",
            a => a.Tell("getInfo", element => element.Type == StorageElementType.Snapshot ? element with { Name = element.Name.TrimStart('-') } : element)),
        new("NAME-11", "changes a clone's odd name", a => a.Spoil("clone", made => made with { Name = made.Name.TrimStart('-') })),
        new("NAME-12", "changes a group's odd name", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.CreateGroups(
                [.. call.Argument<IReadOnlyList<AccessGroup>>(0).Select(group => group with { Name = group.Name.TrimStart('-') })])))),
        new("NAME-15", "makes one blank of several in the names of snapshots", a => a.Tell("getInfo", element =>
            element.Type == StorageElementType.Snapshot ? element with { Name = element.Name.Replace("  ", " ", StringComparison.Ordinal) } : element)),
        new("NAME-15", "composes the names of clones", a => a.Spoil("clone", made =>
            made with { Name = made.Name.Replace("e\u0301", "\u00e9", StringComparison.Ordinal) })),
        new("NAME-15", "decomposes the names of groups", a => a.Lie<IReadOnlyList<AccessGroup>>("getAccessGroups", groups =>
            [.. groups.Select(group => group with { Name = group.Name.Replace("\u00e9", "e\u0301", StringComparison.Ordinal) })])),
        new("NAME-16", "takes a group in another case for the first", a => a.Instead<StorageElement>("startPresent", (call, _, _) => Task.FromResult(
            a.Contents.Present(call.Argument<StorageElement>(0), [.. call.Argument<IReadOnlyList<string>>(1).Select(name =>
                a.Contents.Groups.Last(group => string.Equals(group.Name, name, StringComparison.OrdinalIgnoreCase)).Name)])))),
        new("NAME-16", "removes a group in any case", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (call, normally, _) =>
        {
            HarmAll(a, element => element with { AccessGroupNames = [] });
            a.Contents.RemoveGroups([.. a.Contents.Groups.Where(group => call.Argument<IReadOnlyList<AccessGroup>>(0).Any(gone =>
                string.Equals(gone.Name, group.Name, StringComparison.OrdinalIgnoreCase)))]);
            return Task.FromResult(normally());
        })),
        new("NAME-17", "replaces an element by a snapshot of its name", a => a.Instead<StorageElement>("createSnap", (call, normally, _) =>
        {
            if (call.Arguments[1] is StorageElement wanted && a.Contents.Elements.FirstOrDefault(element => element.Name == wanted.Name) is { } old)
            {
                a.Contents.Change(old, element => element with { Name = element.Name + "-old" });
            }

            return Task.FromResult(normally());
        })),
        new("NAME-13", "writes names in lower case", a => a.Rename(name => name.ToLowerInvariant())),
        new("NAME-13", "writes names in upper case", a => a.Rename(name => name.ToUpperInvariant())),
        new("NAME-4", "composes names", a => a.Rename(name => name.Replace("e\u0301", "\u00e9", StringComparison.Ordinal))),
        new("NAME-14", "decomposes names", a => a.Rename(name => name.Replace("\u00e9", "e\u0301", StringComparison.Ordinal))),
        new("NAME-4", "replaces characters beyond the first plane", a => a.Rename(name => string.Concat(name.Select(c => char.IsSurrogate(c) ? '?' : c)))),
        new("NAME-20", "replaces a tabulator-like blank", a => a.Rename(name => name.Replace('\u00a0', ' '))),
        new("NAME-20", "takes the part before a colon", a => a.Rename(name => name.Split(':')[0])),
        new("NAME-20", "takes the part before an at sign", a => a.Rename(name => name.Split('@')[0])),
        new("NAME-20", "takes the part before a comma", a => a.Rename(name => name.Split(',')[0])),
        new("NAME-19", "takes the part before a hash", a => a.Rename(name => name.Split('#')[0])),
        new("NAME-20", "takes the part before a semicolon", a => a.Rename(name => name.Split(';')[0])),
        new("NAME-19", "takes the part before an equals sign", a => a.Rename(name => name.Split('=')[0])),
        new("NAME-20", "takes underscores for blanks", a => a.Rename(name => name.Replace('_', '-'))),
        new("NAME-20", "drops braces", a => a.Rename(name => name.Replace("{", "", StringComparison.Ordinal))),
        new("NAME-18", "drops the dot at the end of a name", a => a.Rename(name => name.TrimEnd('.'))),
        new("NAME-19", "takes a name for a part of a URL", a => a.Rename(Uri.UnescapeDataString)),
        new("NAME-19", "keeps a name as a URL has it", a => a.Rename(Uri.EscapeDataString)),
        new("NAME-19", "takes a name for a text of XML", a => a.Rename(name => System.Net.WebUtility.HtmlDecode(name))),
        new("NAME-19", "takes a backslash for an escape", a => a.Rename(System.Text.RegularExpressions.Regex.Unescape)),
    ];
}
