using System.Data.Common;
using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>
/// Keeps a daemon's targets in line with an array's records: one target per presented element. The records lead. A change is committed
/// together with a mark; then the daemon follows; then the mark is removed. A daemon that restarted has nothing, and gets the whole export.
/// What somebody changed in the daemon by hand is reported by <see cref="GetDifferences"/> and repaired by <see cref="Repair"/>.
/// </summary>
/// <remarks>Whoever changes an element's target holds the element's lock, so that two processes never do at the same time.</remarks>
public sealed class TargetExport
{
    private readonly IExportRecords _records;
    private readonly DaemonConnection _connection;
    private readonly TargetUpdater _updater;
    private readonly ExportRepair _repair;
    private readonly ExportSetup _setup;
    private string? _name;

    /// <summary>The export of one array.</summary>
    /// <param name="records">The array's records.</param>
    /// <param name="open">Opens the daemon that <see cref="ExportSettings.Control"/> names.</param>
    public TargetExport(IExportRecords records, Func<string, CancellationToken, ITargetDaemon> open)
    {
        _records = records;
        _connection = new(open);
        _updater = new(records);
        _repair = new(records, _updater);
        _setup = new(records, open);
    }

    /// <summary>Takes over how a server wants the array exported, and brings the daemon in line.</summary>
    /// <param name="wanted">The settings. <see cref="ExportSettings.Name"/> is used only when the array is exported for the first time.</param>
    /// <param name="accounts">The CHAP users.</param>
    /// <param name="daemon">The daemon that the settings name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="NoSuchOperationException">The daemon can't be given secrets.</exception>
    public void Configure(ExportSettings wanted, IReadOnlyList<ChapAccount> accounts, ITargetDaemon daemon, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(accounts);
        ArgumentNullException.ThrowIfNull(daemon);
        if (accounts.Count > 0)
        {
            daemon.RequirePrivateControl();
        }

        var unneeded = _setup.Save(wanted, accounts, cancellationToken);
        EnsureCurrent(cancellationToken);
        ExportSetup.RemoveAccounts(daemon, unneeded, cancellationToken);
    }

    /// <summary>Where initiators find an element that is presented to them.</summary>
    /// <param name="element">The element's Uuid.</param>
    public ValueList<LunAddress> GetAddresses(string element)
    {
        // The name never changes once it is set.
        _name ??= _records.ReadSettings()?.Name;
        return _name is null ? [] : [new() { TargetName = TargetNames.Of(_name, element), Lun = UnitSpec.Number }];
    }

    /// <summary>Gives a restarted daemon the whole export, and finishes what dead processes had marked.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArrayUnreachableException">No daemon answers.</exception>
    public void EnsureCurrent(CancellationToken cancellationToken) => Ready(required: true, cancellationToken);

    /// <summary>Brings the daemon in line for the marked elements, after the commit.</summary>
    /// <param name="marks">The marks that were committed with the change.</param>
    /// <param name="cancellationToken">Ends the call; the marks stay then, and the next use of the array goes on.</param>
    /// <param name="isNew">The one element had no target before.</param>
    /// <param name="locked">The caller holds the elements' locks.</param>
    public void Follow(IReadOnlyList<ExportMark> marks, CancellationToken cancellationToken, bool isNew = false, bool locked = false)
    {
        ArgumentNullException.ThrowIfNull(marks);
        if (marks.Count == 0)
        {
            return;
        }

        try
        {
            using var held = locked ? null : _records.Locks.Take(marks.Select(mark => (mark.Element, _records.NameOf(mark.Element))), cancellationToken);
            if (Ready(required: false, cancellationToken) is var (settings, daemon))
            {
                BringInLine(settings, daemon, marks, isNew, cancellationToken);
            }
        }
        catch
        {
            // The marks stay; the next use looks at them.
            _connection.SetCurrent(null);
            throw;
        }
    }

    /// <summary>Takes elements away from the daemon, so that what backs them can be changed; disposing of the result gives them back.</summary>
    /// <param name="elements">The elements' Uuids and names; the caller holds their locks.</param>
    /// <param name="evenInUse">False: it is an error when an initiator is logged in to one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when none of them is exported.</returns>
    /// <exception cref="StorageElementBusyException">Initiators use one of them; the message names them.</exception>
    public IDisposable? Release(IReadOnlyList<(string Uuid, string Name)> elements, bool evenInUse, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(elements);
        if (elements.Count == 0 || Served(cancellationToken) is not var (daemon, targets))
        {
            return null;
        }

        var exported = elements.Where(element => targets.ContainsKey(element.Uuid))
            .Select(element => (element.Uuid, element.Name, Target: targets[element.Uuid])).ToList();
        if (!evenInUse && exported.FirstOrDefault(element => element.Target.Sessions.Count > 0) is { Target: { } used } user)
        {
            throw InUse(user.Name, used);
        }

        if (exported.Count == 0)
        {
            return null;
        }

        var released = new Released(this, _records.SaveMarks([.. exported.Select(element => element.Uuid)], cancellationToken));
        try
        {
            exported.ForEach(element => daemon.RemoveUnit(element.Target, UnitSpec.Number, cancellationToken));
            return released;
        }
        catch
        {
            released.Dispose();
            throw;
        }
    }

    /// <summary>Who is logged in to an element; null when it isn't exported.</summary>
    /// <param name="element">The element's Uuid.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public IReadOnlyList<SessionState>? GetSessions(string element, CancellationToken cancellationToken) =>
        Served(cancellationToken) is var (_, targets) && targets.GetValueOrDefault(element) is { } target ? target.Sessions : null;

    /// <summary>What differs between the daemon and the records, in words.</summary>
    /// <param name="element">The element's Uuid, or null for the whole export.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public IReadOnlyList<string> GetDifferences(string? element, CancellationToken cancellationToken) =>
        Ready(required: true, cancellationToken) is var (settings, daemon) ? _repair.GetDifferences(daemon, settings, element, cancellationToken) : [];

    /// <summary>Repairs whatever differs between the daemon and the records.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public void Repair(CancellationToken cancellationToken)
    {
        if (Ready(required: true, cancellationToken) is var (_, daemon))
        {
            _repair.Repair(daemon, daemon.Identify(cancellationToken), evenIfCurrent: true, cancellationToken);
        }
    }

    /// <summary>The daemon, in line but for changes that are under way; null when the array isn't exported, or no daemon runs and none is required.</summary>
    private (ExportSettings Settings, ITargetDaemon Daemon)? Ready(bool required, CancellationToken cancellationToken)
    {
        if (_records.ReadSettings() is not { } settings)
        {
            return null;
        }

        try
        {
            var daemon = _connection.Open(settings, cancellationToken);
            if (_connection.IsCurrent(settings))
            {
                if (required)
                {
                    FinishMarked(settings, daemon, cancellationToken);
                }

                return (settings, daemon);
            }

            var identity = daemon.Identify(cancellationToken);
            if (identity is not null && settings.Daemon == identity.Text)
            {
                FinishMarked(settings, daemon, cancellationToken);
                _connection.SetCurrent(identity);
            }
            else if (_repair.Repair(daemon, identity, evenIfCurrent: false, cancellationToken))
            {
                _connection.SetCurrent(identity);
            }

            return (settings, daemon);
        }
        catch (ArrayUnreachableException e) when (!required && e.ErrorId == TargetDaemonErrors.NotRunning)
        {
            // A daemon that doesn't run serves nothing; when it comes back it gets the whole export.
            return null;
        }
    }

    private (ITargetDaemon Daemon, Dictionary<string, TargetState> Targets)? Served(CancellationToken cancellationToken) =>
        Ready(required: false, cancellationToken) is var (settings, daemon)
            ? (daemon, TargetUpdater.Own(daemon.GetTargets(cancellationToken), settings))
            : null;

    /// <summary>Brings the daemon in line for elements whose locks are held.</summary>
    private void BringInLine(ExportSettings settings, ITargetDaemon daemon, IReadOnlyList<ExportMark> marks, bool isNew, CancellationToken cancellationToken)
    {
        if (!isNew || !_updater.TryCreate(daemon, settings, marks[0].Element, cancellationToken))
        {
            var resized = marks.Where(mark => mark.Resized).Select(mark => mark.Element).ToHashSet(StringComparer.Ordinal);
            _updater.Update(daemon, settings, daemon.GetTargets(cancellationToken), marks.Select(mark => mark.Element), resized, cancellationToken);
        }

        _records.RemoveMarks(marks);
    }

    /// <summary>Finishes what processes that died had marked.</summary>
    private void FinishMarked(ExportSettings settings, ITargetDaemon daemon, CancellationToken cancellationToken)
    {
        var marks = _records.ReadMarks();
        if (marks.Count > 0)
        {
            // A live process that holds an element's lock finishes its marks itself.
            using var held = _records.Locks.TakeFree([.. marks.Select(mark => mark.Element).Distinct(StringComparer.Ordinal)], out var free);
            if (free.Count > 0)
            {
                BringInLine(settings, daemon, [.. marks.Where(mark => free.Contains(mark.Element))], isNew: false, cancellationToken);
            }
        }
    }

    private static StorageElementBusyException InUse(string element, TargetState target) =>
        new($"'{element}' is in use by {string.Join(", ", target.Sessions)}.")
        {
            ErrorId = "StorageElementInUse",
            Element = element,
            Retryable = true,
            Recommendation = "Log these initiators out (Disconnect-OscStorageElement on their hosts), then try again.",
        };

    private sealed class Released(TargetExport export, IReadOnlyList<ExportMark> marks) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                export.Follow(marks, CancellationToken.None, locked: true);
            }
            catch (Exception e) when (e is StorageConnectException or DbException or IOException)
            {
                // Must not hide how the change itself ended. The marks stay: the next use gives the elements back.
            }
        }
    }
}
