using System.Text.RegularExpressions;

namespace StorageConnect.Tests.Repository;

/// <summary>Which folder of a project declares which type, by the project's source files.</summary>
internal sealed partial class SourceFolders
{
    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal);

    private SourceFolders(string project)
    {
        Project = project;
    }

    /// <summary>The project's folder below <c>src</c>.</summary>
    public string Project { get; }

    /// <summary>Each file with its folder below the project (empty: the project's own), its namespace and the types it declares.</summary>
    public List<(string File, string Folder, string Namespace, string[] Types)> Files { get; } = [];

    public static SourceFolders Read(string project)
    {
        var folders = new SourceFolders(project);
        var root = Path.Combine(StagedModule.Root, "src", project);
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (BuildOutput().IsMatch(Path.GetRelativePath(root, file)))
            {
                continue;
            }

            var text = File.ReadAllText(file);
            var space = Namespace().Match(text).Groups[1].Value;
            var folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Replace(".", "", StringComparison.Ordinal);
            string[] types = [.. TopLevelType().Matches(text).Select(match => match.Groups[1].Value)];
            folders.Files.Add((Path.GetRelativePath(StagedModule.Root, file), folder, space, types));
            foreach (var type in types)
            {
                folders._folders[$"{space}.{type}"] = folder;
            }
        }

        return folders;
    }

    /// <summary>Null for what the compiler added.</summary>
    public string? FolderOf(Type type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return _folders.GetValueOrDefault($"{type.Namespace}.{type.Name.Split('`')[0]}");
    }

    [GeneratedRegex(@"^(bin|obj)/")]
    private static partial Regex BuildOutput();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^(?:\[[^\n]*\]\s*)?(?:(?:public|internal|file|static|sealed|abstract|partial|readonly|unsafe|ref)\s+)*" +
        @"(?:class|record\s+struct|record\s+class|record|struct|interface|enum|delegate\s+\S+)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();
}
