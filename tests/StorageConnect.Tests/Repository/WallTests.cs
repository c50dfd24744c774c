using System.Reflection;
using System.Xml.Linq;
using Xunit;

namespace StorageConnect.Tests.Repository;

/// <summary>The walls of the source tree: which project may reference which, folders that import each other one way only,
/// and namespaces that equal folders.</summary>
public sealed partial class WallTests
{
    private const string Abstractions = "StorageConnect.Abstractions";

    /// <summary>The arrows of the architecture. A project is added here together with its reason in docs/architecture.md.</summary>
    private static readonly Dictionary<string, string[]> References = new(StringComparer.Ordinal)
    {
        [Abstractions] = [],
        ["StorageConnect.Linux"] = [],
        ["StorageConnect.Loader"] = [],
        ["StorageConnect.Engine"] = [Abstractions, "StorageConnect.Linux"],
        ["StorageConnect.Conformance"] = [Abstractions, "StorageConnect.Engine", "StorageConnect.Linux"],
        ["StorageConnect.Host"] = [Abstractions, "StorageConnect.Engine", "StorageConnect.Linux"],
        ["StorageConnect.Worker"] = [Abstractions, "StorageConnect.Engine", "StorageConnect.Linux"],
        ["StorageConnect"] = [Abstractions, "StorageConnect.Conformance", "StorageConnect.Engine", "StorageConnect.Host", "StorageConnect.Linux",
            "StorageConnect.Worker"],
        ["StorageConnect.PluginKit"] = [Abstractions, "StorageConnect.Linux"],
        ["Plugins/Local"] = [Abstractions, "StorageConnect.Linux", "StorageConnect.PluginKit"],
        ["Plugins/GenericIscsi"] = [Abstractions],
        ["Plugins/Ceph"] = [Abstractions, "StorageConnect.Linux", "StorageConnect.PluginKit"],
        ["Plugins/Cinder"] = [Abstractions, "StorageConnect.Linux"],
    };

    /// <summary>Internals that another assembly of the product may use, and why.</summary>
    private static readonly Dictionary<(string Of, string To), string> SharedInternals = new()
    {
        [(Abstractions, "StorageConnect.Engine")] = "numbers of the rules, and errors with the texts of ErrorTexts.resx: no part of the contract",
        [(Abstractions, "StorageConnect.Conformance")] = "numbers of the rules",
        [(Abstractions, "StorageConnect.Host")] = "numbers of the rules, and errors with the texts of ErrorTexts.resx",
        [(Abstractions, "StorageConnect")] = "numbers of the rules, and errors with the texts of ErrorTexts.resx",
        [("StorageConnect.Engine", "StorageConnect.Host")] = "the texts of errors; the engine has no public API for other modules",
        [("StorageConnect.Engine", "StorageConnect")] = "the texts of errors; the engine has no public API for other modules",
        [("StorageConnect.Engine", "StorageConnect.Conformance")] = "calls plug-ins beside the engine's checks, which an author's program must not",
        [("StorageConnect.Engine", "StorageConnect.Worker")] = "the engine's protocol and loader of plug-ins, at the other end of the wire",
    };

    /// <summary>
    /// Namespaces that a folder's name doesn't give. The contract publishes all of Abstractions, and the records that users see (in the folders
    /// <c>Records</c>), as <c>StorageConnect</c>. Cmdlets and identity types are <c>StorageConnect.Commands</c>, as help prints them: their folders
    /// are named after records, and a namespace of that name would hide the record.
    /// </summary>
    private static bool IsException(string project, string space, string folder) => project switch
    {
        Abstractions => space == "StorageConnect",
        "StorageConnect" => space is "StorageConnect" or "StorageConnect.Commands",
        // The runtime finds a start-up hook by its bare name.
        "StorageConnect.Worker" when space.Length == 0 => true,
        _ => space == "StorageConnect" && folder == "Records",
    };

    public static TheoryData<string> Projects => [.. References.Keys.Where(project => Directory.Exists(Folder(project)))];

    [Fact]
    public void Every_project_of_the_product_has_its_arrows_here() =>
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(StagedModule.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Path.Combine(StagedModule.Root, "src"), Path.GetDirectoryName(file)!)).Except(References.Keys));

    [Theory, MemberData(nameof(Projects))]
    public void A_project_references_only_what_is_below_it(string project)
    {
        var references = from item in ProjectFile(project).Descendants("ProjectReference")
                         where (string?)item.Attribute("ReferenceOutputAssembly") != "false"
                         select Path.GetFileNameWithoutExtension((string)item.Attribute("Include")!);

        Assert.Empty(references.Except(References[project]));

        var assemblies = from reference in AssemblyOf(project).GetReferencedAssemblies()
                         where reference.Name!.StartsWith("StorageConnect", StringComparison.Ordinal)
                         select reference.Name!.Replace("StorageConnect.Plugins.", "Plugins/", StringComparison.Ordinal);

        Assert.Empty(assemblies.Except(References[project]));
    }

    [Theory, MemberData(nameof(Projects))]
    public void Internals_are_shared_with_tests_and_for_a_reason(string project)
    {
        var shared = from item in ProjectFile(project).Descendants("InternalsVisibleTo")
                     let friend = (string)item.Attribute("Include")!
                     where friend != "StorageConnect.Tests" && !SharedInternals.ContainsKey((project, friend))
                     select friend;

        Assert.Empty(shared);
    }

    [Theory, MemberData(nameof(Projects))]
    public void Namespaces_equal_folders(string project)
    {
        var root = project.StartsWith("Plugins/", StringComparison.Ordinal) ? $"StorageConnect.{project.Replace('/', '.')}" : project;
        var others = from file in SourceFolders.Read(project).Files
                     where file.Types.Length > 0 && !IsException(project, file.Namespace, file.Folder)
                     let expected = file.Folder.Length == 0 ? root : $"{root}.{file.Folder.Replace('/', '.')}"
                     where file.Namespace != expected
                     select $"{file.File} is in {file.Namespace}, its folder is {expected}";

        Assert.True(!others.Any(), string.Join('\n', others));
    }

    [Theory, MemberData(nameof(Projects))]
    public void No_two_folders_import_each_other(string project)
    {
        var cycle = Cycle(Imports(project));

        Assert.True(cycle.Length == 0, string.Join('\n', cycle));
    }

    [Fact]
    public void A_cycle_of_folders_is_found()
    {
        Dictionary<(string From, string To), SortedSet<string>> imports = new()
        {
            [("A", "B")] = ["a > b"],
            [("B", "C")] = ["b > c"],
            [("C", "A")] = ["c > a"],
            [("C", "D")] = ["c > d"],
        };

        Assert.Equal(["A -> B: a > b", "B -> C: b > c", "C -> A: c > a"], Cycle(imports));
    }

    /// <summary>Per pair of folders the types that make it: <c>user > used</c>.</summary>
    private static Dictionary<(string From, string To), SortedSet<string>> Imports(string project)
    {
        var folders = SourceFolders.Read(project);
        var assembly = AssemblyOf(project);
        Dictionary<(string, string), SortedSet<string>> imports = [];
        foreach (var type in assembly.GetTypes())
        {
            foreach (var used in TypeReferences.Of(type).Where(used => used.Assembly == assembly))
            {
                if (folders.FolderOf(type) is { } from && folders.FolderOf(used) is { } to && from != to)
                {
                    imports.TryAdd((from, to), new(StringComparer.Ordinal));
                    imports[(from, to)].Add($"{Outermost(type).Name} > {Outermost(used).Name}");
                }
            }
        }

        return imports;
    }

    /// <summary>What remains when folders that import nothing, or that nothing imports, are taken away again and again: the cycles.</summary>
    private static string[] Cycle(Dictionary<(string From, string To), SortedSet<string>> imports)
    {
        HashSet<(string From, string To)> left = [.. imports.Keys], before;
        do
        {
            before = left;
            left = [.. before.Where(pair => before.Any(other => other.From == pair.To) && before.Any(other => other.To == pair.From))];
        }
        while (left.Count < before.Count);

        return [.. left.Order().Select(pair => $"{pair.From} -> {pair.To}: {string.Join(", ", imports[pair])}")];
    }

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static Assembly AssemblyOf(string project) =>
        project is "StorageConnect" or "StorageConnect.Loader"
            ? Assembly.LoadFrom(Path.Combine(StagedModule.Folder, $"{project}.dll"))
            : Assembly.Load(project.Replace("Plugins/", "StorageConnect.Plugins.", StringComparison.Ordinal));

    private static XDocument ProjectFile(string project) => XDocument.Load(Directory.EnumerateFiles(Folder(project), "*.csproj").Single());

    private static string Folder(string project) => Path.Combine(StagedModule.Root, "src", project);
}
