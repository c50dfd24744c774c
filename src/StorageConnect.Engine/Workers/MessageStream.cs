using System.Buffers.Text;
using System.Text;

namespace StorageConnect.Engine.Workers;

/// <summary>Messages on a stream of bytes, each after a header with its length, as in the Language Server Protocol.</summary>
/// <param name="stream">The stream to read.</param>
/// <param name="longest">The longest message, in bytes.</param>
internal sealed class MessageReader(Stream stream, int longest)
{
    private const int LongestHeader = 4096;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _begin;
    private int _end;

    /// <summary>The next message; null at the end of the stream. Blocks the thread.</summary>
    /// <exception cref="InvalidDataException">The data is not a message.</exception>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public byte[]? Read()
    {
        if (ReadHeader() is not { } length)
        {
            return null;
        }

        var message = new byte[length];
        var buffered = Math.Min(length, _end - _begin);
        _buffer.AsSpan(_begin, buffered).CopyTo(message);
        _begin += buffered;
        stream.ReadExactly(message, buffered, length - buffered);
        return message;
    }

    /// <summary>The length of the message that follows.</summary>
    private int? ReadHeader()
    {
        int? length = null;
        for (var read = 0; ;)
        {
            var line = ReadLine(ref read);
            if (line is null)
            {
                return length is null && read == 0 ? null : throw new InvalidDataException("its output ends inside a header");
            }

            if (line.Length == 0)
            {
                return length ?? throw new InvalidDataException("a message has no Content-Length");
            }

            length = ToLength(line) ?? length;
        }
    }

    private int? ToLength(string line)
    {
        const string name = "Content-Length:";
        if (line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
        {
            return int.TryParse(line.AsSpan(name.Length).Trim(), out var length) && length >= 0 && length <= longest
                ? length
                : throw new InvalidDataException($"a message has the Content-Length '{Short(line[name.Length..])}'; the longest is {longest}");
        }

        return line.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase)
            ? null
            : throw new InvalidDataException($"it wrote '{Short(line)}' where a header belongs");
    }

    private string? ReadLine(ref int read)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_begin == _end && !Fill())
            {
                return line.Length == 0 ? null : throw new InvalidDataException("its output ends inside a header");
            }

            var rest = _buffer.AsSpan(_begin, _end - _begin);
            var at = rest.IndexOf((byte)'\n');
            var taken = at < 0 ? rest : rest[..at];
            line.Append(Encoding.Latin1.GetString(taken[..Math.Min(taken.Length, LongestHeader)]));
            _begin += at < 0 ? rest.Length : at + 1;
            read += taken.Length + 1;
            if (read > LongestHeader)
            {
                throw new InvalidDataException($"it wrote '{Short(line.ToString())}' where a header belongs");
            }

            if (at >= 0)
            {
                return line.ToString().TrimEnd('\r');
            }
        }
    }

    private bool Fill()
    {
        _begin = 0;
        _end = stream.Read(_buffer, 0, _buffer.Length);
        return _end > 0;
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}

/// <summary>Writes messages to a stream. Several threads may write.</summary>
internal sealed class MessageWriter(Stream stream)
{
    private static readonly byte[] HeaderName = "Content-Length: "u8.ToArray();
    private readonly Lock _turn = new();

    /// <summary>Writes one message. Blocks the thread while the reader doesn't read.</summary>
    /// <exception cref="IOException">The reader has closed the stream.</exception>
    public void Write(ReadOnlySpan<byte> message)
    {
        // One write for a small message: the reader wakes up once.
        const int small = 16 * 1024;
        Span<byte> header = stackalloc byte[48];
        HeaderName.CopyTo(header);
        Utf8Formatter.TryFormat(message.Length, header[HeaderName.Length..], out var digits);
        var length = HeaderName.Length + digits;
        "\r\n\r\n"u8.CopyTo(header[length..]);
        length += 4;
        lock (_turn)
        {
            if (message.Length <= small)
            {
                Span<byte> whole = stackalloc byte[length + message.Length];
                header[..length].CopyTo(whole);
                message.CopyTo(whole[length..]);
                stream.Write(whole);
                whole.Clear();
            }
            else
            {
                stream.Write(header[..length]);
                stream.Write(message);
            }

            stream.Flush();
        }
    }
}
