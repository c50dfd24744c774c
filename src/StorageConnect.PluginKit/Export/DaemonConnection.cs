using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>The daemon that an array's settings name, opened once, and whether it is known to have the whole export.</summary>
internal sealed class DaemonConnection(Func<string, CancellationToken, ITargetDaemon> open)
{
    private readonly Lock _gate = new();
    private ITargetDaemon? _daemon;
    private string? _control;
    private DaemonIdentity? _current;

    /// <summary>The daemon.</summary>
    /// <exception cref="ArrayUnreachableException">None answers.</exception>
    public ITargetDaemon Open(ExportSettings settings, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_daemon is null || _control != settings.Control)
            {
                _daemon = open(settings.Control, cancellationToken);
                _control = settings.Control;
                _current = null;
            }

            return _daemon;
        }
    }

    /// <summary>True when the daemon had the whole export when it was last checked, and has run since.</summary>
    public bool IsCurrent(ExportSettings settings) => _current is { } current && settings.Daemon == current.Text && current.IsAlive();

    public void SetCurrent(DaemonIdentity? identity) => _current = identity;
}
