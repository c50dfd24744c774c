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
    private readonly List<Edge> _edges = [];
    private readonly Dictionary<(string Kind, string Key), int> _ids = [];
    private int _count;

    /// <summary>What leads from one node to another.</summary>
    private enum Arrow : byte
    {
        Holds,
        Snapshot,
        Clone,
        PresentedTo,
    }

    /// <summary>Draws an array. Where its elements can't be read to the end, nothing of it is drawn.</summary>
    /// <param name="server">The array.</param>
    /// <param name="elements">Its elements, taken one by one: a million of them have no room at once.</param>
    /// <param name="groups">Its access groups.</param>
    public void Add(StorageServer server, IEnumerable<StorageElement> elements, IReadOnlyList<AccessGroup> groups)
    {
        var (text, edges, count) = (_nodes.Length, _edges.Count, _count);
        try
        {
            Draw(server, elements, groups);
        }
        catch
        {
            _nodes.Length = text;
            _edges.RemoveRange(edges, _edges.Count - edges);
            foreach (var (key, _) in _ids.Where(node => node.Value > count).ToList())
            {
                _ids.Remove(key);
            }

            _count = count;
            throw;
        }
    }

    /// <summary>Writes a Mermaid file.</summary>
    public void WriteTo(TextWriter writer)
    {
        writer.Write("flowchart LR\n");
        foreach (var chunk in _nodes.GetChunks())
        {
            writer.Write(chunk.Span);
        }

        foreach (var (from, to, arrow) in _edges)
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"    n{from} {TextOf(arrow)} n{to}\n"));
        }
    }

    /// <summary>The text of a Mermaid file.</summary>
    public override string ToString()
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        WriteTo(writer);
        return writer.ToString();
    }

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

    private static string TextOf(Arrow arrow) => arrow switch
    {
        Arrow.Snapshot => "-->|snapshot|",
        Arrow.Clone => "-->|clone|",
        Arrow.PresentedTo => "-.->",
        _ => "-->",
    };

    private void Draw(StorageServer server, IEnumerable<StorageElement> elements, IReadOnlyList<AccessGroup> groups)
    {
        var array = Node("array", server.Uuid, "[[", "]]", server.Name, $"{server.PluginName}, {server.StorageType}");
        foreach (var pool in server.VolumeGroups)
        {
            PoolOf(pool);
        }

        foreach (var group in groups)
        {
            var node = GroupOf(group.Name);
            foreach (var entry in group.Entries)
            {
                _edges.Add(new(node, Node("host", entry, "([", "])", entry, "host"), Arrow.Holds));
            }
        }

        var drawn = new DrawnElements();
        var copies = new List<(int Node, int Parent, Arrow Arrow, ValueList<string> Sources)>();
        foreach (var element in elements)
        {
            var node = NewNode("[", "]", element.Name, $"{element.Type}, {ByteSize.Format(element.SizeBytes)}");
            drawn.Add(element.Uuid, node);
            var parent = element.VolumeGroupName is { } pool ? PoolOf(pool) : array;
            if (element.SourceUuids.Count == 0)
            {
                _edges.Add(new(parent, node, Arrow.Holds));
            }
            else
            {
                copies.Add((node, parent, element.Type == StorageElementType.Snapshot ? Arrow.Snapshot : Arrow.Clone, element.SourceUuids));
            }

            _edges.AddRange(element.AccessGroupNames.Select(group => new Edge(node, GroupOf(group), Arrow.PresentedTo)));
        }

        var nodes = drawn.Find(copies.SelectMany(copy => copy.Sources));
        foreach (var (node, parent, arrow, sources) in copies)
        {
            var known = sources.Where(nodes.ContainsKey).ToList();
            _edges.AddRange(known.Select(source => new Edge(nodes[source], node, arrow)));
            if (known.Count == 0)
            {
                _edges.Add(new(parent, node, Arrow.Holds));
            }
        }

        int GroupOf(string name) => Node("group", Key(name), "{{", "}}", name, "access group");

        int PoolOf(string name)
        {
            var isNew = !_ids.ContainsKey(("pool", Key(name)));
            var node = Node("pool", Key(name), "[(", ")]", name, "pool");
            if (isNew)
            {
                _edges.Add(new(array, node, Arrow.Holds));
            }

            return node;
        }

        string Key(string name) => $"{server.Uuid} {name}";
    }

    private int Node(string kind, string key, string open, string close, string name, string what)
    {
        if (!_ids.TryGetValue((kind, key), out var node))
        {
            _ids[(kind, key)] = node = NewNode(open, close, name, what);
        }

        return node;
    }

    private int NewNode(string open, string close, string name, string what)
    {
        _nodes.Append(CultureInfo.InvariantCulture, $"    n{++_count}{open}\"{Escape(name)}<br/>{Escape(what)}\"{close}\n");
        return _count;
    }

    /// <summary>A line between two nodes.</summary>
    private readonly record struct Edge(int From, int To, Arrow Arrow);

    /// <summary>The nodes of an array's elements. Uuids of 32 hex digits take 16 bytes here: few are asked for.</summary>
    private sealed class DrawnElements
    {
        private readonly List<(Guid Uuid, int Node)> _nodes = [];
        private readonly Dictionary<string, int> _odd = new(StringComparer.Ordinal);

        public void Add(string uuid, int node)
        {
            if (Guid.TryParseExact(uuid, "N", out var key))
            {
                _nodes.Add((key, node));
            }
            else
            {
                _odd[uuid] = node;
            }
        }

        /// <summary>The nodes of those that were drawn.</summary>
        public Dictionary<string, int> Find(IEnumerable<string> uuids)
        {
            var found = new Dictionary<string, int>(StringComparer.Ordinal);
            var wanted = new Dictionary<Guid, string>();
            foreach (var uuid in uuids)
            {
                if (Guid.TryParseExact(uuid, "N", out var key))
                {
                    wanted[key] = uuid;
                }
                else if (_odd.TryGetValue(uuid, out var node))
                {
                    found[uuid] = node;
                }
            }

            foreach (var (key, node) in _nodes)
            {
                if (wanted.TryGetValue(key, out var uuid))
                {
                    found[uuid] = node;
                }
            }

            return found;
        }
    }
}
