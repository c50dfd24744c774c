using System.Text;
using StorageConnect.Engine.Results;
using StorageConnect.Linux.Tracing;

namespace StorageConnect.Engine.Workers;

/// <summary>
/// A worker's lines in the trace: what it writes to standard error, its log and its progress, in the trace of its latest call and without its secrets.
/// </summary>
/// <param name="name">The plug-in's name.</param>
/// <param name="errorLines">Lines of standard error that are traced; what follows is read and dropped.</param>
internal sealed class WorkerTrace(string name, int errorLines)
{
    private const int LongestLine = 2000;

    // A line is cut after its secrets are masked: half a secret would not be found.
    private const int LongestRead = 2 * LongestLine;

    private readonly SecretMask _mask = new();
    private readonly TaskCompletionSource _errorsRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ExecutionContext? _context = ExecutionContext.Capture();
    private volatile string _lastError = "";

    /// <summary>Begins a call: later lines belong to its trace, and its server's secrets are masked.</summary>
    /// <param name="server">The server; null for none.</param>
    public void BeginCall(StorageServer? server)
    {
        if (server is not null)
        {
            _mask.Add(server);
        }

        _context = ExecutionContext.Capture();
    }

    /// <summary>The text without the worker's secrets.</summary>
    public string Mask(string text) => _mask.Apply(text);

    /// <summary>Writes a detail of the trace.</summary>
    /// <param name="text">What the worker wrote.</param>
    public void Write(string text) => Run(() => Tracer.Debug($"Worker of {name}: {UntrustedText.CleanText(Mask(text))}"));

    /// <summary>Writes lines in the trace of the latest call.</summary>
    public void Run(Action write)
    {
        if (_context is { } context)
        {
            ExecutionContext.Run(context, static work => ((Action)work!)(), write);
        }
        else
        {
            write();
        }
    }

    /// <summary>Traces standard error until its end. Blocks the thread.</summary>
    public void ReadErrors(TextReader errors)
    {
        var line = new StringBuilder();
        var block = new char[4096];
        var lines = 0;
        try
        {
            for (int count; (count = errors.Read(block, 0, block.Length)) > 0;)
            {
                foreach (var character in block.AsSpan(0, count))
                {
                    if (character == '\n')
                    {
                        WriteError(line.ToString(), ref lines);
                        line.Clear();
                    }
                    else if (line.Length < LongestRead)
                    {
                        line.Append(character);
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The process is gone.
        }

        WriteError(line.ToString(), ref lines);
        _errorsRead.TrySetResult();
    }

    /// <summary>The last line of standard error, which usually has the reason of a failed start; empty when there is none.</summary>
    /// <param name="timeout">How long to wait for the end of standard error.</param>
    public async Task<string> ReadLastErrorAsync(TimeSpan timeout)
    {
        await _errorsRead.Task.WaitAsync(timeout).ContinueWith(static _ => { }, TaskScheduler.Default);
        return _lastError;
    }

    private void WriteError(string line, ref int lines)
    {
        if (line.Length == 0)
        {
            return;
        }

        var masked = Mask(line);
        if (line.Length == LongestRead)
        {
            masked = masked[..Math.Max(0, masked.Length - _mask.Longest)]; // its end may be the first half of one
        }

        masked = masked[..Math.Min(masked.Length, LongestLine)];
        _lastError = UntrustedText.Quote(masked);
        if (++lines <= errorLines)
        {
            Write(masked);
        }
    }
}
