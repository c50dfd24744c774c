using System.Text;

namespace StorageConnect.Host.Tools;

/// <summary>Collects what a tool writes to one stream, so that what came is there even when the stream doesn't end.</summary>
internal sealed class ToolOutput(TextReader reader, int limit)
{
    private readonly StringBuilder _text = new();

    /// <summary>True when the tool wrote more than it may.</summary>
    public bool IsTooLong { get; private set; }

    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>Reads to the stream's end, or to the limit.</summary>
    public async Task ReadAsync(Action tooLong, CancellationToken cancellationToken)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer, cancellationToken) is var count && count > 0)
        {
            lock (_text)
            {
                _text.Append(buffer, 0, count);
                IsTooLong = _text.Length > limit;
            }

            if (IsTooLong)
            {
                tooLong();
                return;
            }
        }
    }
}
