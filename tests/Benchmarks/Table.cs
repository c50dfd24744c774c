namespace StorageConnect.Benchmarks;

/// <summary>Rows as a Markdown table, in the order in which they come.</summary>
internal sealed class Table(params string[] headers)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(string title)
    {
        var widths = headers.Select((header, i) => _rows.Select(row => row[i].Length).Append(header.Length).Max()).ToArray();
        string Line(string[] cells) => $"| {string.Join(" | ", cells.Select((cell, i) => cell.PadRight(widths[i])))} |";
        Console.WriteLine($"\n{title}\n");
        Console.WriteLine(Line(headers));
        Console.WriteLine($"|{string.Join('|', widths.Select(width => new string('-', width + 2)))}|");
        _rows.ForEach(row => Console.WriteLine(Line(row)));
    }
}
