using System.Globalization;
using System.Text;

namespace StorageConnect.Commands;

/// <summary>
/// A Mermaid flowchart: array, pool, element, copies, access group, host. Nodes have numbers; names of users appear only in quoted texts, with
/// every special character of Mermaid written as its code.
/// </summary>
internal sealed class MermaidDiagram
{
    private readonly StringBuilder _nodes = new();
    private readonly StringBuilder _links = new();
    private readonly Dictionary<(string Kind, string Key), string> _ids = [];

    /// <summary>Draws an array.</summary>
    public void Add(StorageServer server, IReadOnlyList<StorageElement> elements, IReadOnlyList<AccessGroup> groups)
    {
        var array = Node("array", server.Uuid, "[[", "]]", server.Name, $"{server.PluginName}, {server.StorageType}");
        var known = elements.ToDictionary(element => element.Uuid);
        foreach (var pool in server.VolumeGroups.Concat(elements.Select(element => element.VolumeGroupName).OfType<string>()).Distinct())
        {
            Link(array, "-->", Node("pool", Key(server, pool), "[(", ")]", pool, "pool"));
        }

        foreach (var group in groups)
        {
            var node = Node("group", Key(server, group.Name), "{{", "}}", group.Name, "access group");
            foreach (var entry in group.Entries)
            {
                Link(node, "-->", Node("host", entry, "([", "])", entry, "host"));
            }
        }

        foreach (var element in elements)
        {
            Node("element", element.Uuid, "[", "]", element.Name, $"{element.Type}, {ByteSize.Format(element.SizeBytes)}");
        }

        foreach (var element in elements)
        {
            var node = _ids[("element", element.Uuid)];
            var sources = element.SourceUuids.Where(known.ContainsKey).ToList();
            foreach (var source in sources)
            {
                Link(_ids[("element", source)], element.Type == StorageElementType.Snapshot ? "-->|snapshot|" : "-->|clone|", node);
            }

            if (sources.Count == 0)
            {
                Link(element.VolumeGroupName is { } pool ? _ids[("pool", Key(server, pool))] : array, "-->", node);
            }

            foreach (var group in element.AccessGroupNames)
            {
                Link(node, "-.->", _ids.GetValueOrDefault(("group", Key(server, group)))
                    ?? Node("group", Key(server, group), "{{", "}}", group, "access group"));
            }
        }
    }

    /// <summary>The text of a Mermaid file.</summary>
    public override string ToString() => $"flowchart LR\n{_nodes}{_links}";

    /// <summary>A text in which every character that isn't a plain letter, digit, space, '-', '_', '.', ',' or '/' is written as its code.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || rune.Value is ' ' or '-' or '_' or '.' or ',' or '/')
            {
                escaped.Append(rune);
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"#{rune.Value};");
            }
        }

        return escaped.ToString();
    }

    private static string Key(StorageServer server, string name) => $"{server.Uuid} {name}";

    private string Node(string kind, string key, string open, string close, string name, string what)
    {
        if (!_ids.TryGetValue((kind, key), out var id))
        {
            id = $"n{_ids.Count + 1}";
            _ids[(kind, key)] = id;
            _nodes.Append(CultureInfo.InvariantCulture, $"    {id}{open}\"{Escape(name)}<br/>{Escape(what)}\"{close}\n");
        }

        return id;
    }

    private void Link(string from, string arrow, string to) => _links.Append(CultureInfo.InvariantCulture, $"    {from} {arrow} {to}\n");
}
