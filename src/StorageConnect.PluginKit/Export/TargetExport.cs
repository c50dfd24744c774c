using System.Collections.Concurrent;
using System.Data.Common;
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
public sealed class TargetExport
{
    private const string NotFollowed = "ExportNotFollowed";
    private const string NotWithdrawn = "AccessNotWithdrawn";

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

    /// <summary>Gives a restarted daemon the whole export, and finishes interrupted changes.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArrayUnreachableException">No daemon answers.</exception>
    public void EnsureCurrent(CancellationToken cancellationToken) => Ready(required: true, cancellationToken);

    /// <summary>
    /// Takes the locks that a change of one element's access needs, before it is committed, so that the change is refused and not half done
    /// while they can't be had. Pass the result to <see cref="FollowAccess"/> after the commit, and dispose of it.
    /// </summary>
    /// <param name="element">The element's Uuid.</param>
    /// <param name="name">Its name, for the error.</param>
    /// <param name="isNew">The element is not presented yet: it needs a target, and no operation may hold the element.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The locks; null when the array isn't exported.</returns>
    /// <exception cref="StorageElementBusyException">Another process holds the element, or its target.</exception>
    public AccessLock? LockAccess(string element, string name, bool isNew, CancellationToken cancellationToken)
    {
        if (_records.ReadSettings() is null)
        {
            return null;
        }

        var held = isNew ? _records.Locks.Take([(element, name)], cancellationToken) : null;
        try
        {
            var target = _records.Locks.TakeTargets([(element, name)], cancellationToken);
            _changing[element] = true;
            return new(isNew ? element : null, held, target, () => _changing.TryRemove(element, out _));
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Allows and denies initiators after the commit that changed access.</summary>
    /// <param name="marks">The marks that were committed with the change.</param>
    /// <param name="initiators">The initiators whose access changed.</param>
    /// <param name="locks">The locks of the one marked element; null: they are taken here.</param>
    /// <param name="cancellationToken">Ends the call; the marks stay then, and the next use of the array finishes the change.</param>
    /// <exception cref="StorageElementBusyException">
    /// The change is committed, but an initiator may still use an element, because another process holds its target. (One that is to be
    /// allowed is allowed later without an error.)
    /// </exception>
    public void FollowAccess(IReadOnlyList<ExportMark> marks, IReadOnlyCollection<string> initiators, AccessLock? locks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(marks);
        ArgumentNullException.ThrowIfNull(initiators);
        if (marks.Count == 0)
        {
            return;
        }

        FollowCommitted(
            (settings, daemon) =>
            {
                var elements = marks.Select(mark => mark.Element).ToHashSet(StringComparer.Ordinal);
                var locked = elements;
                using var held = locks is null ? _records.Locks.TakeTargets(elements, ElementLocks.TargetTimeout, out locked, cancellationToken) : null;
                var done = _access.Update(daemon, settings, locked, initiators, locks?.Created, cancellationToken);
                _records.RemoveMarks([.. marks.Where(mark => done.Contains(mark.Element))]);
                RequireWithdrawn(settings, [.. elements.Except(locked)], initiators);
            },
            cancellationToken);
    }

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
                    ElementLocks.TargetTimeout,
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

    /// <summary>Removes elements from the daemon, so that their storage can be changed; disposing of the result exports them again.</summary>
    /// <param name="elements">The elements' Uuids and names; the caller holds their locks.</param>
    /// <param name="evenInUse">False: it is an error when an initiator is logged in to one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when none of them is exported.</returns>
    /// <exception cref="StorageElementBusyException">Initiators use one of them; the message names them.</exception>
    public IDisposable? Release(IReadOnlyList<(string Uuid, string Name)> elements, bool evenInUse, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(elements);
        if (elements.Count == 0 || Ready(required: false, cancellationToken) is not var (settings, daemon))
        {
            return null;
        }

        Released? released = null;
        try
        {
            using var held = _records.Locks.TakeTargets(elements, cancellationToken);
            var exported = new List<(string Element, TargetState Target)>();
            foreach (var (uuid, name) in elements)
            {
                if (_connection.Find(daemon, settings, uuid, cancellationToken) is not { } target)
                {
                    continue;
                }

                if (!evenInUse && daemon.GetSessions(target, cancellationToken) is { Count: > 0 } sessions)
                {
                    throw InUse(name, sessions);
                }

                exported.Add((uuid, target));
            }

            if (exported.Count == 0)
            {
                return null;
            }

            released = new Released(this, _records.SaveMarks([.. exported.Select(element => element.Element)], cancellationToken));
            exported.ForEach(element => daemon.RemoveUnit(element.Target, UnitSpec.Number, cancellationToken));
            return released;
        }
        catch
        {
            // The lock of the targets is free again by now, which the new export needs.
            released?.Dispose();
            throw;
        }
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
        catch (StorageConnectException e) when (e.ErrorId != NotWithdrawn)
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

    /// <summary>An initiator that may still use an element it was removed from is an error; one that is allowed a little later isn't.</summary>
    private void RequireWithdrawn(ExportSettings settings, IReadOnlyList<string> elements, IReadOnlyCollection<string> initiators)
    {
        var wanted = _updater.GetWanted(settings, elements);
        var open = elements.Select(
            element =>
                (Element: element, Initiators: initiators.Except(wanted.GetValueOrDefault(element)?.Initiators ?? []).ToList())).Where(row =>
                    row.Initiators.Count > 0).ToList();
        if (open.Count > 0)
        {
            var names = open.ConvertAll(row => _records.NameOf(row.Element));
            throw new StorageElementBusyException(
                $"The change is recorded, but {string.Join(", ", open[0].Initiators)} may still use '{string.Join("', '", names)}': "
                + "another process is at work on it.")
            {
                ErrorId = NotWithdrawn,
                Element = names[0],
                Retryable = true,
                Recommendation = "The next use of the server withdraws the access, once the other process has ended its work. If that process hangs, end it.",
            };
        }
    }

    private static StorageElementBusyException InUse(string element, IReadOnlyList<SessionState> sessions) =>
        new($"'{element}' is in use by {string.Join(", ", sessions)}.")
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
                export.Follow(marks, CancellationToken.None);
            }
            catch (Exception e) when (e is StorageConnectException or DbException or IOException)
            {
                // Must not hide the error of the change itself. The marks stay: the next use exports the elements again.
            }
        }
    }
}
