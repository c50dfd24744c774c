using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using StorageConnect.PluginKit.Locks;
using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>
/// Keeps a daemon's targets in line with an array's records: one target per presented element. The records lead. A change is committed
/// together with a mark; then the daemon follows; then the mark is removed. A mark that is found later is an interrupted change, which any
/// process finishes. A daemon that restarted has nothing, and gets the whole export. Manual changes in the daemon are reported
/// by <see cref="GetDifferences"/>, and repaired by <see cref="Repair"/> only.
/// </summary>
/// <remarks>
/// A change of a target needs its lock; a change of an element's storage, or of its logical unit, needs the element's lock, too
/// (<see cref="ElementLocks"/>).
/// </remarks>
public sealed partial class TargetExport
{
    private const string NotFollowed = "ExportNotFollowed";

    private readonly IExportRecords _records;
    private readonly DaemonConnection _connection;
    private readonly TargetUpdater _updater;
    private readonly AccessUpdater _access;
    private readonly ExportRepair _repair;
    private readonly ExportSetup _setup;

    // The elements whose access this process is changing: their marks are no interrupted changes, whatever their locks say.
    private readonly ConcurrentDictionary<string, bool> _changing = new(StringComparer.Ordinal);
    private string? _name;

    /// <summary>The export of one array.</summary>
    /// <param name="records">The array's records.</param>
    /// <param name="open">Opens the daemon that <see cref="ExportSettings.Control"/> names.</param>
    public TargetExport(IExportRecords records, Func<string, CancellationToken, ITargetDaemon> open)
    {
        _records = records;
        _connection = new(records, open);
        _updater = new(records, _connection);
        _access = new(records, _connection, _updater);
        _repair = new(records, _connection, _updater);
        _setup = new(records, open);
    }

    /// <summary>Applies a server's export settings, and brings the daemon in line.</summary>
    /// <param name="wanted">The settings. <see cref="ExportSettings.Name"/> is used only when the array is exported for the first time.</param>
    /// <param name="accounts">The CHAP users.</param>
    /// <param name="daemon">The daemon that the settings name.</param>
    /// <param name="isNew">
    /// They are given for the first time: a portal at which the daemon can't listen is an error. Later it is a difference from the records.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="NoSuchOperationException">The daemon can't be given secrets.</exception>
    public void Configure(
        ExportSettings wanted, IReadOnlyList<ChapAccount> accounts, ITargetDaemon daemon, bool isNew, CancellationToken cancellationToken)
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
        if (isNew && ExportRepair.AddPortals(daemon, wanted, cancellationToken) is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    /// <summary>Where initiators find an element that is presented to them.</summary>
    /// <param name="element">The element's Uuid.</param>
    public ValueList<LunAddress> GetAddresses(string element)
    {
        // The name never changes once it is set.
        _name ??= _records.ReadSettings()?.Name;
        return _name is null ? [] : [new() { TargetName = TargetNames.Of(_name, element), Lun = UnitSpec.Number }];
    }

    /// <summary>Gives a restarted daemon the whole export, and finishes interrupted changes.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArrayUnreachableException">No daemon answers.</exception>
    public void EnsureCurrent(CancellationToken cancellationToken) => Ready(required: true, cancellationToken);

    /// <summary>Brings the daemon in line for elements after a commit that changed more than access.</summary>
    /// <param name="marks">The marks that were committed with the change. The caller holds the elements' locks.</param>
    /// <param name="cancellationToken">Ends the call; the marks stay then, and the next use of the array finishes the change.</param>
    public void Follow(IReadOnlyList<ExportMark> marks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(marks);
        if (marks.Count == 0)
        {
            return;
        }

        FollowCommitted(
            (settings, daemon) =>
            {
                using var held = _records.Locks.TakeTargets(
                    [.. marks.Select(mark => mark.Element).Distinct(StringComparer.Ordinal)],
                    _records.Locks.FollowTimeout,
                    out var locked,
                    cancellationToken);
                var failures = Update(settings, daemon, [.. marks.Where(mark => locked.Contains(mark.Element))], locked, locked, cancellationToken);
                if (failures.Count > 0)
                {
                    ExceptionDispatchInfo.Throw(failures.Values.First());
                }
            },
            cancellationToken);
    }

    /// <summary>The initiators that are logged in to an element; null when it isn't exported.</summary>
    /// <param name="element">The element's Uuid.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public IReadOnlyList<SessionState>? GetSessions(string element, CancellationToken cancellationToken) =>
        Ready(required: false, cancellationToken) is var (settings, daemon) && _connection.Find(daemon, settings, element, cancellationToken) is { } target
            ? daemon.GetSessions(target, cancellationToken)
            : null;

    /// <summary>The differences between the daemon and the records, as text.</summary>
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

    /// <summary>The daemon, in line except for running changes; null when the array isn't exported, or no daemon runs and none is required.</summary>
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
                _connection.SetCurrent(identity);
                FinishMarked(settings, daemon, cancellationToken);
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

    /// <summary>Updates the daemon after a committed change. Its errors say that the change is committed.</summary>
    private void FollowCommitted(Action<ExportSettings, ITargetDaemon> work, CancellationToken cancellationToken)
    {
        try
        {
            if (Ready(required: false, cancellationToken) is var (settings, daemon))
            {
                work(settings, daemon);
            }
        }
        catch (StorageConnectException e) when (e.ErrorId != TargetDaemonErrors.NotWithdrawn)
        {
            const string action = "The next use of the server tries again. Get-OscStatus shows the differences of the export.";
            var message = $"The change is recorded, but the target daemon was not updated: {e.Message}";
            throw e is StorageElementBusyException
                ? new StorageElementBusyException(message, e) { ErrorId = NotFollowed, Element = e.Element, Retryable = true, Recommendation = action }
                : new ArrayUnreachableException(message, e) { ErrorId = NotFollowed, Element = e.Element, Retryable = true, Recommendation = action };
        }
    }

    private IReadOnlyDictionary<string, StorageConnectException> Update(
        ExportSettings settings,
        ITargetDaemon daemon,
        IReadOnlyList<ExportMark> marks,
        IReadOnlyCollection<string> elements,
        HashSet<string> owned,
        CancellationToken cancellationToken)
    {
        var resized = marks.Where(mark => mark.Resized).Select(mark => mark.Element).ToHashSet(StringComparer.Ordinal);
        var failures = _updater.Update(daemon, settings, elements, owned, resized, cancellationToken);
        _records.RemoveMarks([.. marks.Where(mark => owned.Contains(mark.Element) && !failures.ContainsKey(mark.Element))]);
        return failures;
    }

    /// <summary>Finishes changes that were interrupted. One that can't be finished keeps its mark, is reported as a difference, and blocks nothing.</summary>
    private void FinishMarked(ExportSettings settings, ITargetDaemon daemon, CancellationToken cancellationToken)
    {
        var elements = Marked(_records.ReadMarks());
        elements.ExceptWith(_changing.Keys);
        if (elements.Count == 0)
        {
            return;
        }

        // A process that changes a target holds its lock, and removes the mark before it releases the lock.
        using var targets = _records.Locks.TakeTargets(elements, TimeSpan.Zero, out var locked, cancellationToken);
        var marks = _records.ReadMarks().Where(mark => locked.Contains(mark.Element)).ToList();
        elements = Marked(marks);
        using var held = _records.Locks.TakeFree(elements, out var owned);
        Update(settings, daemon, marks, elements, owned, cancellationToken);
    }

    private static HashSet<string> Marked(IEnumerable<ExportMark> marks) => marks.Select(mark => mark.Element).ToHashSet(StringComparer.Ordinal);
}
