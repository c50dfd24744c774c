using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace StorageConnect.Shell;

/// <summary>What the engine sees of this program.</summary>
internal sealed class ShellHost(ShellUserInterface terminal) : PSHost
{
    private int _nesting;
    private bool _leaveNestedPrompt;

    public override string Name => "StorageConnect.Shell";

    public override Version Version { get; } = typeof(ShellHost).Assembly.GetName().Version!;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    public override PSHostUserInterface UI => terminal;

    public ShellUserInterface Terminal => terminal;

    /// <summary>Set once "exit" was run, or the process was asked to end.</summary>
    public int? RequestedExitCode { get; private set; }

    public bool IsNested => _nesting > 0;

    /// <summary>Runs a prompt inside the running pipeline (the answer "Suspend" to a confirmation).</summary>
    public Action? NestedPrompt { get; set; }

    public override void SetShouldExit(int exitCode) => RequestedExitCode ??= exitCode;

    public override void EnterNestedPrompt()
    {
        if (!terminal.IsInteractive)
        {
            throw new PSInvalidOperationException(ShellUserInterface.NonInteractiveMessage);
        }

        _nesting++;
        try
        {
            NestedPrompt?.Invoke();
        }
        finally
        {
            _nesting--;
            _leaveNestedPrompt = false;
        }
    }

    public override void ExitNestedPrompt() => _leaveNestedPrompt = true;

    public bool ShouldLeavePrompt => RequestedExitCode is not null || _leaveNestedPrompt;

    public override void NotifyBeginApplication() => terminal.HideProgress();

    public override void NotifyEndApplication()
    {
    }
}
