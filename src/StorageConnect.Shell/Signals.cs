using System.Runtime.InteropServices;

namespace StorageConnect.Shell;

/// <summary>
/// Ctrl+C stops the pipeline and never the prompt. A request to end stops the pipeline, so that cmdlets can tidy up,
/// and ends the shell.
/// </summary>
internal sealed class Signals : IDisposable
{
    private readonly Session _session;
    private readonly PosixSignalRegistration[] _registrations;

    public Signals(Session session)
    {
        _session = session;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
            {
                context.Cancel = true;
                _session.Stop(ExitCode.Interrupted);
            }),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, ExitCode.Terminated)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => End(context, ExitCode.HungUp)),
        ];
    }

    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    private void End(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        _session.Host.SetShouldExit(exitCode);

        // Nothing runs that could take notice, or what runs waits for the user: then there is nothing to tidy up.
        if (!_session.Stop(exitCode) || _session.Host.Terminal.IsReading)
        {
            Environment.Exit(exitCode);
        }
    }
}
