using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;

namespace StorageConnect.Shell;

/// <summary>What is shown on the terminal, or written as plain text where there is none. Prompts: see the other part.</summary>
internal sealed partial class ShellUserInterface : PSHostUserInterface, IDisposable
{
    private readonly Lock _gate = new();
    private readonly ProgressLine? _progress;
    private bool _writeToError;

    public ShellUserInterface(bool nonInteractive)
    {
        IsInteractive = !nonInteractive;
        SupportsVirtualTerminal = Environment.GetEnvironmentVariable("TERM") != "dumb";

        // https://no-color.org
        if (Environment.GetEnvironmentVariable("NO_COLOR") is not null)
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }

        // Progress is for people who watch; in a file or a log it is noise.
        if (SupportsVirtualTerminal && !Console.IsOutputRedirected)
        {
            _progress = new ProgressLine(Console.Out, () => RawUI.WindowSize.Width, _gate, TimeProvider.System);
        }
    }

    public override PSHostRawUserInterface RawUI { get; } = new ShellRawUserInterface();

    public override bool SupportsVirtualTerminal { get; }

    public override void Write(string value)
    {
        lock (_gate)
        {
            HideProgress();
            if (_writeToError)
            {
                Console.Error.Write(Render(value, Console.IsErrorRedirected));
            }
            else
            {
                Console.Out.Write(Render(value, Console.IsOutputRedirected));
            }
        }
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        var color = foregroundColor == RawUI.ForegroundColor ? string.Empty : PSStyle.MapForegroundColorToEscapeSequence(foregroundColor);
        if (backgroundColor != RawUI.BackgroundColor)
        {
            color += PSStyle.MapBackgroundColorToEscapeSequence(backgroundColor);
        }

        Write(Styled(color, value));
    }

    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    public override void WriteErrorLine(string value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            lock (_gate)
            {
                HideProgress();
                Console.Error.WriteLine(Render(value, Console.IsErrorRedirected));
            }
        }
    }

    public override void WriteDebugLine(string message) =>
        WriteLine(Styled(PSStyle.Instance.Formatting.Debug, $"DEBUG: {message}"));

    public override void WriteVerboseLine(string message) =>
        WriteLine(Styled(PSStyle.Instance.Formatting.Verbose, $"VERBOSE: {message}"));

    public override void WriteWarningLine(string message) =>
        WriteLine(Styled(PSStyle.Instance.Formatting.Warning, $"WARNING: {message}"));

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        lock (_gate)
        {
            _progress?.Update(sourceId, record);
        }
    }

    public void HideProgress()
    {
        lock (_gate)
        {
            _progress?.Hide();
        }
    }

    public void ClearProgress()
    {
        lock (_gate)
        {
            _progress?.Clear();
        }
    }

    /// <summary>Sends what is written to standard error until the result is disposed.</summary>
    public IDisposable WriteToError() => new ErrorScope(this);

    public void Dispose() => _progress?.Dispose();

    private static string Styled(string style, string value) => style.Length > 0 ? style + value + PSStyle.Instance.Reset : value;

    private string Render(string value, bool isRedirected)
    {
        var rendering = PSStyle.Instance.OutputRendering;
        var isPlain = !SupportsVirtualTerminal || rendering == OutputRendering.PlainText || (rendering == OutputRendering.Host && isRedirected);
        return isPlain ? new StringDecorated(value).ToString(OutputRendering.PlainText) : value;
    }

    private sealed class ErrorScope : IDisposable
    {
        private readonly ShellUserInterface _owner;

        public ErrorScope(ShellUserInterface owner) => (_owner = owner)._writeToError = true;

        public void Dispose() => _owner._writeToError = false;
    }
}
