using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>
/// The daemon that an array's settings name. It remembers which run of the daemon had the whole export, and the numbers of the array's
/// targets in that run, so that a target can be changed without listing all of them.
/// </summary>
internal sealed class DaemonConnection(IExportRecords records, Func<string, CancellationToken, ITargetDaemon> open)
{
    private readonly Lock _opening = new();
    private readonly Lock _listing = new();
    private readonly Dictionary<string, TargetState> _known = new(StringComparer.Ordinal);
    private ITargetDaemon? _daemon;
    private string? _control;
    private ProcessIdentity? _current;
    private long _listings;

    /// <summary>The daemon.</summary>
    /// <exception cref="ArrayUnreachableException">None answers.</exception>
    public ITargetDaemon Open(ExportSettings settings, CancellationToken cancellationToken)
    {
        lock (_opening)
        {
            if (_daemon is null || _control != settings.Control)
            {
                _daemon = open(settings.Control, cancellationToken);
                _control = settings.Control;
                SetCurrent(null);
            }

            return _daemon;
        }
    }

    /// <summary>True when this run of the daemon had the whole export when that was last checked.</summary>
    public bool IsCurrent(ExportSettings settings) => _current is { } current && settings.Daemon == current.Text && current.IsAlive();

    /// <summary>Notes the run of the daemon that has the whole export; null when that has to be checked again.</summary>
    public void SetCurrent(ProcessIdentity? identity)
    {
        lock (_known)
        {
            if (identity is null || identity != _current)
            {
                _known.Clear();
            }

            _current = identity;
        }
    }

    /// <summary>Lists the daemon's targets.</summary>
    public TargetListing List(ITargetDaemon daemon, ExportSettings settings, CancellationToken cancellationToken)
    {
        var current = _current;
        var listing = TargetListing.Of(daemon.GetTargets(cancellationToken), settings, records, (current ?? daemon.Identify(cancellationToken))?.Process);
        lock (_known)
        {
            if (current is not null && current == _current)
            {
                _known.Clear();
                foreach (var (element, target) in listing.Own)
                {
                    _known[element] = Bare(target);
                }
            }
        }

        return listing;
    }

    /// <summary>
    /// An element's target by name and number, without listing where its number is known. Calls that come at the same time share a listing.
    /// The caller holds the lock of the target, so that nobody creates or removes it meanwhile.
    /// </summary>
    /// <returns>The target, without what it allows and who uses it; null when there is none.</returns>
    public TargetState? Find(ITargetDaemon daemon, ExportSettings settings, string element, CancellationToken cancellationToken)
    {
        // Only a listing that begins after this call shows that there is no target.
        var before = Volatile.Read(ref _listings);
        if (Known(element) is { } known)
        {
            return known;
        }

        lock (_listing)
        {
            if (Known(element) is { } listed)
            {
                return listed;
            }

            if (_listings > before && _current is not null)
            {
                return null;
            }

            _listings++;
            return List(daemon, settings, cancellationToken).Own.GetValueOrDefault(element) is { } found ? Bare(found) : null;
        }
    }

    /// <summary>Notes a target that was created.</summary>
    public void Add(string element, TargetState target)
    {
        lock (_known)
        {
            if (_current is not null)
            {
                _known[element] = target;
            }
        }
    }

    /// <summary>Forgets a target that is gone.</summary>
    public void Remove(string element)
    {
        lock (_known)
        {
            _known.Remove(element);
        }
    }

    private static TargetState Bare(TargetState target) => new() { Number = target.Number, Name = target.Name };

    private TargetState? Known(string element)
    {
        lock (_known)
        {
            return _known.GetValueOrDefault(element);
        }
    }
}
