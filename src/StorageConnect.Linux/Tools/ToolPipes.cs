using System.Buffers;
using System.Diagnostics;
using System.IO.Pipes;
using System.Text;
using StorageConnect.Linux.Native;

namespace StorageConnect.Linux.Tools;

/// <summary>The two pipes that a tool writes to, read by one thread, so that the output is available even when a pipe doesn't end.</summary>
internal sealed class ToolPipes(Process process)
{
    private readonly Pipe _output = new(process.StandardOutput);
    private readonly Pipe _error = new(process.StandardError);

    /// <summary>The tool's standard output so far.</summary>
    public string Output => _output.Text;

    /// <summary>The tool's standard error so far.</summary>
    public string Error => _error.Text;

    /// <summary>The length of the longer output, in bytes.</summary>
    public int Length => int.Max(_output.Length, _error.Length);

    /// <summary>True when both pipes are closed.</summary>
    public bool AreAtEnd => _output.IsAtEnd && _error.IsAtEnd;

    /// <summary>Reads the available output, or waits for some, for <paramref name="atMost"/> at the longest.</summary>
    /// <returns>False when there was none.</returns>
    public bool Read(TimeSpan atMost)
    {
        Span<PollEntry> entries = [_output.ToPoll(), _error.ToPoll()];
        if (Libc.Poll(ref entries[0], (nuint)entries.Length, (int)atMost.TotalMilliseconds) <= 0)
        {
            return false; // no output in this time, or a signal interrupted the call
        }

        _output.ReadIf(entries[0].Returned != 0);
        _error.ReadIf(entries[1].Returned != 0);
        return true;
    }

    private sealed class Pipe(StreamReader reader)
    {
        private const int Piece = 4096;
        private readonly PipeStream _stream = (PipeStream)reader.BaseStream;
        private readonly ArrayBufferWriter<byte> _bytes = new(Piece);

        public bool IsAtEnd { get; private set; }

        public int Length => _bytes.WrittenCount;

        public string Text => Encoding.UTF8.GetString(_bytes.WrittenSpan);

        public PollEntry ToPoll() => new()
        {
            Descriptor = IsAtEnd ? -1 : (int)_stream.SafePipeHandle.DangerousGetHandle(), // poll ignores a negative one
            Asked = PollEntry.Input,
        };

        /// <summary>Doesn't wait: output or the end is available.</summary>
        public void ReadIf(bool isReady)
        {
            if (isReady)
            {
                var count = _stream.Read(_bytes.GetSpan(Piece));
                _bytes.Advance(count);
                IsAtEnd = count == 0;
            }
        }
    }
}
