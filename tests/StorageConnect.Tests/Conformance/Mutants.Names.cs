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
        .. from method in new[] { "createSnap", "clone" }
           select new Mutant("NAME-15", $"{method} in NFD returns the one in NFC", a => a.Instead<StorageElement>(method, (call, normally, _) =>
               Task.FromResult(call.Arguments[1] is StorageElement wanted && LooksLike(a, wanted.Name) is { } twin ? twin : normally()))),
        new("NAME-15", "takes a group in NFD for the one in NFC", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, normally, _) =>
            Task.FromResult(a.Contents.Groups.FirstOrDefault(group => call.Argument<IReadOnlyList<AccessGroup>>(0)[0] is var wanted
                && wanted.Name != group.Name && Composed(wanted.Name) == Composed(group.Name)) is { } twin
                ? [.. a.Contents.Groups, twin with { Name = call.Argument<IReadOnlyList<AccessGroup>>(0)[0].Name }] : normally()))),
        new("NAME-15", "keeps one group for both compositions of a name", a => a.Lie<IReadOnlyList<AccessGroup>>("getAccessGroups", groups =>
            [.. groups.Select(group => group with { Entries = groups.Last(other => Composed(other.Name) == Composed(group.Name)).Entries })])),
        new("NAME-14", "create in NFD returns the one in NFC", a => a.Instead<StorageElement>("create", (call, normally, _) =>
            Task.FromResult(LooksLike(a, call.Argument<StorageElement>(0).Name) ?? normally()))),
        new("NAME-14", "finds no name in NFD", a => a.Instead<IEnumerable<StorageElement>>("list", (call, normally, _) =>
            Task.FromResult(normally().Where(_ => call.Argument<StorageElementFilter>(0).Name is not { } name || Composed(name) == name)))),
        new("NAME-16", "takes a group in another case for the first", a => a.Instead<StorageElement>("startPresent", (call, _, _) => Task.FromResult(
            a.Contents.Present(call.Argument<StorageElement>(0), [.. call.Argument<IReadOnlyList<string>>(1).Select(name =>
                a.Contents.Groups.Last(group => string.Equals(group.Name, name, StringComparison.OrdinalIgnoreCase)).Name)])))),
        new("NAME-16", "presents to the first of two groups that differ in case", a => a.Instead<StorageElement>("startPresent", (call, _, _) =>
            Task.FromResult(a.Contents.Present(call.Argument<StorageElement>(0), FirstInAnyCase(a, call.Argument<IReadOnlyList<string>>(1)))))),
        new("NAME-16", "withdraws from the first of two groups that differ in case", a => a.Instead<StorageElement>("stopPresent", (call, _, _) =>
            Task.FromResult(a.Contents.Unpresent(call.Argument<StorageElement>(0), FirstInAnyCase(a, call.Argument<IReadOnlyList<string>>(1)))))),
        new("NAME-16", "adds entries to the first of two groups that differ in case", a => a.Instead<AccessGroup>("addToAccessGroup", (call, _, _) =>
            Task.FromResult(a.Contents.AddEntries(FirstInAnyCase(a, [call.Argument<string>(0)])[0], call.Argument<IReadOnlyList<string>>(1))
                with { Name = call.Argument<string>(0) }))),
        new("NAME-16", "removes entries from both of two groups that differ in case", a => a.Before("removeFromAccessGroup", (call, _) =>
        {
            foreach (var group in a.Contents.Groups.Where(group => string.Equals(group.Name, call.Argument<string>(0), StringComparison.OrdinalIgnoreCase)))
            {
                a.Contents.RemoveEntries(group.Name, group.Name == call.Argument<string>(0) ? [] : group.Entries);
            }

            return Task.CompletedTask;
        })),
        new("NAME-16", "takes elements along from the other group when one of two that differ in case is renamed", a =>
            a.Instead<IReadOnlyList<AccessGroup>>("renameAccessGroup", (call, normally, _) =>
            {
                HarmAll(a, element => element with
                {
                    AccessGroupNames = element.AccessGroupNames.Select(name =>
                        string.Equals(name, call.Argument<string>(0), StringComparison.OrdinalIgnoreCase) ? call.Argument<string>(0) : name).ToValueList(),
                });
                return Task.FromResult(normally());
            })),
        new("NAME-16", "tells the groups of an element in any case", a => a.Instead<IReadOnlyList<AccessGroup>>("getAccessGroups", (call, normally, _) =>
            Task.FromResult<IReadOnlyList<AccessGroup>>(call.Arguments[0] is null ? normally() : [.. a.Contents.Groups.Where(group =>
                normally().Any(one => string.Equals(one.Name, group.Name, StringComparison.OrdinalIgnoreCase)))]))),
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
        new("NAME-14", "list composes names", a => a.TellAll(element => element with { Name = Composed(element.Name) })),
        .. from special in new[] { '[', '%' }
           select new Mutant(special == '[' ? "NAME-20" : "NAME-19", $"list takes a {special} in the beginning of a name for a wildcard", a =>
               a.Instead<IEnumerable<StorageElement>>("list", (call, normally, _) => Task.FromResult(normally().Where(element =>
                   call.Argument<StorageElementFilter>(0).NamePrefix is not { } prefix || !prefix.Contains(special))))),
        .. from pair in new[] { ("createSnap", "NAME-10"), ("clone", "NAME-11") }
           select new Mutant(pair.Item2, $"{pair.Item1} cuts long names", a => a.Spoil(pair.Item1, made => made with { Name = Cut(made.Name) })),
        new("NAME-12", "cuts long names of groups", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.CreateGroups(
                [.. call.Argument<IReadOnlyList<AccessGroup>>(0).Select(group => group with { Name = Cut(group.Name) })])))),
        .. from change in new (string What, Func<string, string> Change)[]
           {
               ("cut", Cut), ("without blanks", name => name.Replace(" ", "", StringComparison.Ordinal)),
               ("without a leading dash", name => name.TrimStart('-')),
           }
           select new Mutant("NAME-12", $"renames groups to names {change.What}", a => a.Instead<IReadOnlyList<AccessGroup>>("renameAccessGroup",
               (call, _, _) => Task.FromResult(a.Contents.RenameGroup(call.Argument<string>(0), change.Change(call.Argument<string>(1)))))),
    ];

    // Where there is no ICU, Normalize leaves everything as it is.
    private static string Composed(string name) => name.Replace("e\u0301", "\u00e9", StringComparison.Ordinal);

    /// <summary>The element whose name looks like this one, and is composed otherwise.</summary>
    private static StorageElement? LooksLike(RecordingArray array, string name) =>
        array.Contents.Elements.FirstOrDefault(element => element.Name != name && Composed(element.Name) == Composed(name));

    private static IReadOnlyList<string> FirstInAnyCase(RecordingArray array, IReadOnlyList<string> names) =>
        [.. names.Select(name => array.Contents.Groups.FirstOrDefault(group => string.Equals(group.Name, name, StringComparison.OrdinalIgnoreCase))?.Name
            ?? name)];

    private static string Cut(string name) => name[..Math.Min(name.Length, 100)];
}
