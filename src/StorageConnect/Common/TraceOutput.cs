using System.Management.Automation;
using System.Threading.Channels;
using StorageConnect.Linux.Tracing;

namespace StorageConnect.Commands;

/// <summary>The trace of one command as its -Verbose and -Debug: recorded on any thread, written on the pipeline's thread.</summary>
internal sealed class TraceOutput : IDisposable
{
    private readonly Channel<TraceLine> _lines = Channel.CreateUnbounded<TraceLine>();
    private readonly PSCmdlet _command;
    private readonly TraceScope _scope;
    private readonly int _pipelineThread = Environment.CurrentManagedThreadId;

    // With -Debug alone, PowerShell asks after each line of the verbose stream whether to continue; the work would wait for the answer.
    private readonly bool _isDebugOnly;

    private TraceOutput(PSCmdlet command)
    {
        _command = command;
        _isDebugOnly = IsSwitchedOn(command, "Debug") == true && IsSwitchedOn(command, "Verbose") is null;
        _scope = new(line => _lines.Writer.TryWrite(line));
    }

    /// <summary>The trace; null without -Verbose and -Debug.</summary>
    public static TraceOutput? For(PSCmdlet command) =>
        IsEnabled(command, "Verbose", "VerbosePreference") || IsEnabled(command, "Debug", "DebugPreference") ? new(command) : null;

    /// <summary>Does a part of the command's work, and writes its lines.</summary>
    public void Run(Action work)
    {
        try
        {
            _scope.Run(work);
        }
        finally
        {
            Flush();
        }
    }

    /// <summary>Waits for work on other threads, and writes its lines as they come.</summary>
    public void Follow(Task work, CancellationToken cancellationToken)
    {
        while (!work.IsCompleted)
        {
            Task.WhenAny(work, _lines.Reader.WaitToReadAsync(cancellationToken).AsTask()).WaitAsync(cancellationToken).GetAwaiter().GetResult();
            Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _scope.Dispose();

    private void Flush()
    {
        // PowerShell allows writing on the pipeline's thread only.
        while (Environment.CurrentManagedThreadId == _pipelineThread && _lines.Reader.TryRead(out var line))
        {
            if (line.IsDebug || _isDebugOnly)
            {
                _command.WriteDebug(line.ToString());
            }
            else
            {
                _command.WriteVerbose(line.ToString());
            }
        }
    }

    private static bool IsEnabled(PSCmdlet command, string parameter, string preference) =>
        IsSwitchedOn(command, parameter)
            ?? (LanguagePrimitives.TryConvertTo<ActionPreference>(command.GetVariableValue(preference), out var chosen)
                && chosen is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore));

    private static bool? IsSwitchedOn(PSCmdlet command, string parameter) =>
        command.MyInvocation.BoundParameters.TryGetValue(parameter, out var given) ? given is SwitchParameter { IsPresent: true } : null;
}
