using System.Management.Automation;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using StorageConnect.Conformance;
using StorageConnect.Engine;
using StorageConnect.Host;
using StorageConnect.Host.OpenIscsi;

namespace StorageConnect.Tests.Errors;

/// <summary>docs/errors.md as the code has it: each entry of ErrorTexts.resx, iscsiadm's exit codes, and what the Local array says itself.</summary>
internal static partial class ErrorDocument
{
    private static readonly Assembly Module = Assembly.LoadFrom(System.IO.Path.Combine(StagedModule.Folder, "StorageConnect.dll"));
    private static readonly Type Translation = Module.GetType("StorageConnect.Commands.ErrorTranslation", throwOnError: true)!;

    public static string Path => System.IO.Path.Combine(StagedModule.Root, "docs", "errors.md");

    /// <summary>The methods that make errors, by the error's id: those of the static classes named ...Errors.</summary>
    public static IReadOnlyList<MethodInfo> Makers { get; } =
    [
        .. new[] { typeof(StorageEngine).Assembly, typeof(ConformanceRun).Assembly, typeof(StorageHost).Assembly, Module }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsAbstract && type.IsSealed && type.Name.EndsWith("Errors", StringComparison.Ordinal))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => method.ReturnType.IsSubclassOf(typeof(StorageConnectException))),
    ];

    /// <summary>The kinds of error, by the id they have where a plug-in names no case of its own.</summary>
    public static IReadOnlyDictionary<string, Type> Kinds { get; } =
        new[] { typeof(StorageConnectException).Assembly, typeof(StorageEngine).Assembly, typeof(ConformanceRun).Assembly, typeof(StorageHost).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsSubclassOf(typeof(StorageConnectException)))
            .ToDictionary(type => ((StorageConnectException)Activator.CreateInstance(type, "", null)!).ErrorId);

    public static IReadOnlyDictionary<string, Entry> Entries { get; } = ReadEntries();

    /// <summary>Errors that carry their text themselves, which those of plug-ins do. An id may be made at several places, each with its own way out.</summary>
    public static IReadOnlyList<Own> FindOwn(params IEnumerable<string> folders)
    {
        var files = folders.SelectMany(Sources).Select(File.ReadAllText).ToList();
        var names = files.SelectMany(text => IdConstant().Matches(text)).DistinctBy(match => match.Groups["name"].Value)
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["id"].Value);
        return
        [
            .. files.SelectMany(text => OwnId().Matches(text).Select(id => Read(text, id, names))).OfType<Place>()
                .GroupBy(place => place.Id, StringComparer.Ordinal)
                .OrderBy(places => places.Key, StringComparer.Ordinal)
                .Select(places => new Own(
                    places.Key,
                    [.. places.Select(place => place.Kind).Distinct()],
                    [.. places.Select(place => place.Action).Where(action => action.Length > 0).Distinct()])),
        ];
    }

    /// <summary>The source files of a folder.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(System.IO.Path.Combine(StagedModule.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    public static string Generate()
    {
        var text = new StringBuilder(
            $"""
            # Errors

            Made from the code: don't edit. The texts are in `src/StorageConnect.Engine/Errors/ErrorTexts.resx`. After a change, run the tests of
            `ErrorDocumentTests` with `{RuleDocument.UpdateVariable}=1`.

            The id is the part of `FullyQualifiedErrorId` before the comma, the category is in `CategoryInfo`, what to do is in
            `ErrorDetails.RecommendedAction`. `Get-Error` shows them with the exception: its `Plugin`, `Method` and `Element`, and the plug-in's own
            exception inside. Where a case has several ways out or categories, the error itself tells which. The ids that Ceph, Cinder and GenericIscsi
            have of their own are not listed.


            """);
        var cases = Entries.Where(entry => !Kinds.ContainsKey(entry.Key))
            .Select(entry => new Row(entry.Key, CategoriesOf(Makers.Where(maker => IsOf(maker, entry.Key)).Select(maker => maker.ReturnType)),
                entry.Value.When, entry.Value.Actions))
            .Concat(OfIscsiadm())
            .OrderBy(row => row.Id, StringComparer.Ordinal)
            .ToList();
        AppendTable(text, cases);
        text.Append(
            """

            ## Kinds

            What a plug-in's error is called when it names no case of its own, and the category of every case of this kind.


            """);
        AppendTable(text, Entries.Where(entry => Kinds.ContainsKey(entry.Key))
            .Select(entry => new Row(entry.Key, CategoriesOf([Kinds[entry.Key]]), entry.Value.When, entry.Value.Actions)));
        text.Append(
            """

            ## Of the Local array

            The message names the thing and the reason.

            | id | category | what to do |
            |---|---|---|

            """);
        text.AppendJoin("", FindOwn("src/Plugins/Local", "src/StorageConnect.PluginKit")
            .Select(own => new Row(
                own.Id, CategoriesOf(own.Kinds.Select(KindNamed)), "", own.Actions.Count > 0 ? own.Actions : ["The error itself tells it."]))
            .Where(row => !Kinds.ContainsKey(row.Id) && !cases.Exists(known => known.Id == row.Id && known.Categories == row.Categories))
            .Select(row => $"| `{row.Id}` | {row.Categories} | {Cell(row.Actions)} |\n"));
        return text.ToString();
    }

    /// <summary>What the cmdlets make of an error.</summary>
    public static ErrorRecord ToErrorRecord(StorageConnectException error) => (ErrorRecord)Translation.GetMethod("ToErrorRecord")!.Invoke(null, [error, null])!;

    public static (ErrorCategory Category, string GeneralId) KindOf(StorageConnectException error) =>
        ((ErrorCategory, string))Translation.GetMethod("KindOf")!.Invoke(null, [error])!;

    // The class is the last one named before the id; the way out stands behind it, in the same braces.
    private static Place? Read(string text, Match id, IReadOnlyDictionary<string, string> names)
    {
        var name = id.Groups["id"].Success ? id.Groups["id"].Value : names.GetValueOrDefault(id.Groups["name"].Value);
        var kind = Kinds.Values.MaxBy(kind => text.LastIndexOf(kind.Name, id.Index, StringComparison.Ordinal))!.Name;
        var action = OwnAction().Match(text, id.Index).Groups["action"].Captures.Select(part => part.Value);
        return name is null ? null : new(name, kind, string.Concat(action));
    }

    // Where several exit codes are one error, it is listed once, with what each means.
    private static IEnumerable<Row> OfIscsiadm() => IscsiadmExit.Failures
        .Where(exit => !Entries.ContainsKey(exit.ErrorId))
        .GroupBy(exit => exit.ErrorId)
        .Select(exits => (Error: exits.First().ToException("", "", new(exits.First().Code, "", "")), Codes: exits))
        .Select(row => new Row(
            row.Codes.Key,
            CategoriesOf([row.Error.GetType()]),
            $"iscsiadm's exit code: {string.Join("; ", row.Codes.Select(exit => $"{exit.Code} = {exit.Meaning}"))}.",
            [row.Error.Recommendation!]));

    private static void AppendTable(StringBuilder text, IEnumerable<Row> rows)
    {
        text.Append("| id | category | when | what to do |\n|---|---|---|---|\n");
        text.AppendJoin("", rows.Select(row => $"| `{row.Id}` | {row.Categories} | {Cell([row.When])} | {Cell(row.Actions)} |\n"));
    }

    /// <summary>True for the method of this error, and for those of its other wordings.</summary>
    private static bool IsOf(MethodInfo maker, string id) =>
        maker.Name == id || (maker.Name.StartsWith(id, StringComparison.Ordinal) && !Entries.ContainsKey(maker.Name));

    private static string CategoriesOf(IEnumerable<Type> kinds) =>
        string.Join(", ", kinds.Select(kind => KindOf((StorageConnectException)RuntimeHelpers.GetUninitializedObject(kind)).Category).Distinct());

    private static Type KindNamed(string name) => Kinds.Values.Single(kind => kind.Name == name);

    // What the array, the name or the file is differs from case to case.
    private static string Cell(IReadOnlyList<string> texts) =>
        Placeholder().Replace(string.Join("<br>", texts), "…").Replace("|", "\\|", StringComparison.Ordinal);

    private static SortedDictionary<string, Entry> ReadEntries()
    {
        var file = XDocument.Load(System.IO.Path.Combine(StagedModule.Root, "src/StorageConnect.Engine/Errors/ErrorTexts.resx"));
        var all = file.Root!.Elements("data").ToDictionary(data => data.Attribute("name")!.Value);
        return new(
            all.Where(data => !data.Key.Contains('.', StringComparison.Ordinal)).ToDictionary(
                data => data.Key,
                data => new Entry(data.Value.Element("comment")?.Value ?? "", ActionsOf(data.Key))),
            StringComparer.Ordinal);

        // The case's own is the first; other wordings may have others.
        IReadOnlyList<string> ActionsOf(string id) =>
        [
            .. all.Keys.Where(name => name.StartsWith($"{id}.", StringComparison.Ordinal) && name.EndsWith(".Action", StringComparison.Ordinal))
                .OrderBy(name => name != $"{id}.Action")
                .Select(name => all[name].Element("value")!.Value)
                .Distinct(),
        ];
    }

    [GeneratedRegex("""\{[^}]*(?:\}|$)""")]
    private static partial Regex Placeholder();

    [GeneratedRegex("""const string (?<name>\w+) = "(?<id>\w+)";""")]
    private static partial Regex IdConstant();

    [GeneratedRegex("""\b[eE]rrorId = (?:"(?<id>\w+)"|(?<name>\w+))""")]
    private static partial Regex OwnId();

    // One text, or several that a plus joins.
    [GeneratedRegex("""Recommendation =\s*\$?"(?<action>[^"]*)"(?:\s*\+\s*\$?"(?<action>[^"]*)")*|^\s*\}""", RegexOptions.Multiline)]
    private static partial Regex OwnAction();

    internal sealed record Entry(string When, IReadOnlyList<string> Actions);

    private sealed record Row(string Id, string Categories, string When, IReadOnlyList<string> Actions);

    private sealed record Place(string Id, string Kind, string Action);

    internal sealed record Own(string Id, IReadOnlyList<string> Kinds, IReadOnlyList<string> Actions);
}
