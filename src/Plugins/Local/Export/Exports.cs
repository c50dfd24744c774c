using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Export.Tgt;

namespace StorageConnect.Plugins.Local.Export;

/// <summary>
/// Keeps what a target daemon serves in line with the pool's records. The records lead: a change is committed first, with a mark that the
/// daemon has yet to follow; then the daemon is brought in line; the mark goes with the next commit. A daemon that was started anew has
/// nothing, and gets all. What somebody changed in the daemon by hand is told by <see cref="Drift"/> and put right by <see cref="Repair"/>.
/// </summary>
/// <remarks>Whoever brings the daemon in line for an element holds the element's lock, so that two never do at a time.</remarks>
internal sealed class Exports(LocalArray array)
{
    // Outside of what elements' locks take.
    private const long WholeExport = 0x4000_0000_0000_0001;

    private readonly Lock _gate = new();
    private readonly System.Collections.Concurrent.ConcurrentQueue<long> _done = new();
    private ITargetExport? _export;
    private TgtControlAddress? _control;
    private DaemonIdentity? _known;
    private string? _name;

    /// <summary>Takes on how a server wants the pool exported, and sees to it that it is.</summary>
    public void Configure(ExportSettings wanted, IReadOnlyList<ExportAccount> accounts, TgtdExport export, CancellationToken cancellationToken)
    {
        if (accounts.Count > 0 && export.IsOpenlyControlled)
        {
            throw TgtAdm.ChapNotPossible(wanted.Control);
        }

        var (before, known) = array.Database.Read(db => (ExportRows.Settings(db), ExportRows.Accounts(db)));
        var sameAccounts = known.Select(Full).Order(StringComparer.Ordinal).SequenceEqual(accounts.Select(Full).Order(StringComparer.Ordinal));
        if (before is not null && sameAccounts && before.Control == wanted.Control && before.Portals.Equals(wanted.Portals))
        {
            EnsureCurrent(cancellationToken);
            return;
        }

        if (before is not null && before.Control != wanted.Control)
        {
            Withdraw(before, cancellationToken);
        }

        array.Database.Write(
            db =>
            {
                ExportRows.Save(db, wanted with { Name = before?.Name ?? wanted.Name, Daemon = null });
                ExportRows.SaveAccounts(db, accounts.Select(account => new ExportAccount(account.Name, account.GetSecret(), known.FirstOrDefault(old => Full(old) == Full(account))?.Daemon)));
            },
            cancellationToken);
        EnsureCurrent(cancellationToken);
        var gone = known.Select(account => account.Name.User).Except(accounts.Select(account => account.Name.User)).ToList();
        RemoveAccounts(export, gone, cancellationToken);
    }

    /// <summary>Where initiators find an element that is presented to them.</summary>
    public ValueList<LunAddress> AddressesOf(string element)
    {
        // Given once and never changed, so it is read once.
        _name ??= array.Database.Read(ExportRows.Settings)?.Name;
        return _name is null ? [] : [new() { TargetName = TargetNames.Of(_name, element), Lun = UnitSpec.Number }];
    }

    /// <summary>Sees to it that the daemon serves the pool: one that was started anew gets all, and what a process that died left undone is done.</summary>
    /// <exception cref="ArrayUnreachableException">No daemon answers.</exception>
    public void EnsureCurrent(CancellationToken cancellationToken) => Ready(required: true, cancellationToken);

    /// <summary>Marks elements in the transaction that changes them. Nothing, where the pool isn't exported.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="elements">The elements.</param>
    /// <param name="resized">Their sizes change.</param>
    public IReadOnlyList<ExportMark> Mark(PoolConnection db, IEnumerable<string> elements, bool resized = false)
    {
        if (!ExportRows.IsExported(db))
        {
            return [];
        }

        while (_done.TryDequeue(out var done))
        {
            ExportRows.Unmark(db, done);
        }

        return [.. elements.Select(element => new ExportMark(ExportRows.Mark(db, element, resized), element, resized))];
    }

    /// <summary>Brings the daemon in line for the marked elements, after the commit.</summary>
    /// <param name="marks">What <see cref="Mark"/> returned.</param>
    /// <param name="cancellationToken">Ends the call; the marks stay then, and the next use goes on.</param>
    /// <param name="fresh">The one element had no target before.</param>
    /// <param name="locked">The caller holds the elements' locks.</param>
    public void Follow(IReadOnlyList<ExportMark> marks, CancellationToken cancellationToken, bool fresh = false, bool locked = false)
    {
        if (marks.Count == 0)
        {
            return;
        }

        try
        {
            using var held = locked ? null : array.Locks.Take(marks.Select(mark => (mark.Element, NameOf(mark.Element))), cancellationToken);
            if (Ready(required: false, cancellationToken) is { } export)
            {
                BringInLine(export, marks, fresh, cancellationToken);
            }
        }
        catch
        {
            // The marks stay; whoever comes next looks at them.
            _known = null;
            throw;
        }
    }

    /// <summary>Takes elements out of the daemon's hands, so that their files can be changed; disposing of the result gives them back.</summary>
    /// <param name="rows">The elements, whose locks the caller holds.</param>
    /// <param name="evenInUse">False: it is an error when an initiator is logged in to one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StorageElementBusyException">Initiators use one of them; it says who.</exception>
    public IDisposable? Release(IReadOnlyList<ElementRow> rows, bool evenInUse, CancellationToken cancellationToken)
    {
        var held = new List<(ElementRow Row, TargetPicture Target)>();
        if (Served(rows, cancellationToken) is not var (export, targets))
        {
            return null;
        }

        foreach (var row in rows)
        {
            if (targets.GetValueOrDefault(row.Uuid) is { } target)
            {
                held.Add((row, target));
                if (!evenInUse && target.Sessions.Count > 0)
                {
                    throw InUse(row.Name, target);
                }
            }
        }

        if (held.Count == 0)
        {
            return null;
        }

        var released = new Released(this, array.Database.Write(db => Mark(db, held.Select(element => element.Row.Uuid)), cancellationToken));
        try
        {
            foreach (var (_, target) in held)
            {
                export.RemoveUnit(target, UnitSpec.Number, cancellationToken);
            }

            return released;
        }
        catch
        {
            released.Dispose();
            throw;
        }
    }

    /// <summary>Who is logged in to an element; null when it isn't exported.</summary>
    public IReadOnlyList<SessionPicture>? Users(ElementRow row, CancellationToken cancellationToken) =>
        Served([row], cancellationToken) is var (_, targets) && targets.GetValueOrDefault(row.Uuid) is { } target ? target.Sessions : null;

    /// <summary>What is otherwise in the daemon than in the records, in words; of one element, or of all.</summary>
    public IReadOnlyList<string> Drift(string? element, CancellationToken cancellationToken)
    {
        EnsureCurrent(cancellationToken);
        if (Opened() is not var (settings, export))
        {
            return [];
        }

        var targets = Ours(export.Look(cancellationToken), settings);
        var wanted = array.Database.Read(db => (element is null ? ExportRows.Presented(db) : [element]).Select(uuid => Specs.Of(array, db, settings, uuid)).OfType<TargetSpec>().ToDictionary(spec => spec.Element));
        var elements = element is null ? wanted.Keys.Union(targets.Keys) : [element];
        return
        [
            .. elements.SelectMany(uuid => Difference.Between(wanted.GetValueOrDefault(uuid), targets.GetValueOrDefault(uuid), new HashSet<int>())).Select(difference => difference.Text),
            .. (element is null ? MissingPortals(export, settings, cancellationToken) : []).Select(portal => $"tgtd does not listen at {portal}"),
        ];
    }

    /// <summary>Puts right whatever is otherwise in the daemon than in the records.</summary>
    public void Repair(CancellationToken cancellationToken)
    {
        EnsureCurrent(cancellationToken);
        if (Opened() is var (_, export))
        {
            Restore(export, export.Identify(cancellationToken), evenIfCurrent: true, cancellationToken);
        }
    }

    private static string Full(ExportAccount account) => $"{account.Name.User}\n{account.Name.Outgoing}\n{account.GetSecret()}";

    /// <summary>The daemon, in line but for changes that are going on; null when the pool isn't exported, or no daemon runs and none is required.</summary>
    private ITargetExport? Ready(bool required, CancellationToken cancellationToken)
    {
        if (array.Database.Read(ExportRows.Settings) is not { } settings)
        {
            return null;
        }

        try
        {
            var export = Open(settings, cancellationToken);
            if (_known is { } known && settings.Daemon == known.Text && known.IsAlive())
            {
                if (required)
                {
                    FinishMarked(export, cancellationToken);
                }

                return export;
            }

            var identity = export.Identify(cancellationToken);
            if (identity is not null && settings.Daemon == identity.Text)
            {
                FinishMarked(export, cancellationToken);
                _known = identity;
            }
            else if (Restore(export, identity, evenIfCurrent: false, cancellationToken))
            {
                _known = identity;
            }

            return export;
        }
        catch (ArrayUnreachableException e) when (!required && e.ErrorId == TgtFaults.NotRunning)
        {
            // Who isn't there serves nobody; when it comes back it gets all.
            return null;
        }
    }

    private ITargetExport Open(ExportSettings settings, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_export is null || _control != settings.Control)
            {
                _export = TgtdExport.Open(settings.Control, cancellationToken);
                _control = settings.Control;
                _known = null;
            }

            return _export;
        }
    }

    private (ExportSettings Settings, ITargetExport Export)? Opened() => array.Database.Read(ExportRows.Settings) is { } settings && _export is { } export ? (settings, export) : null;

    private (ITargetExport Export, Dictionary<string, TargetPicture> Targets)? Served(IReadOnlyList<ElementRow> rows, CancellationToken cancellationToken) =>
        rows.Any(row => row.Groups.Count > 0) && Ready(required: false, cancellationToken) is { } export && Opened() is var (settings, _)
            ? (export, Ours(export.Look(cancellationToken), settings))
            : null;

    /// <summary>Brings the daemon in line for elements whose locks are held.</summary>
    private void BringInLine(ITargetExport export, IReadOnlyList<ExportMark> marks, bool fresh, CancellationToken cancellationToken)
    {
        if (array.Database.Read(ExportRows.Settings) is not { } settings)
        {
            return;
        }

        if (!fresh || !TryCreate(export, settings, marks[0].Element, cancellationToken))
        {
            var all = export.Look(cancellationToken);
            Apply(export, settings, all, marks.Select(mark => mark.Element), Resized(marks), cancellationToken);
        }

        Done(marks);
    }

    /// <summary>The short way for an element that had no target: it is made without looking at the others.</summary>
    private bool TryCreate(ITargetExport export, ExportSettings settings, string element, CancellationToken cancellationToken)
    {
        try
        {
            if (array.Database.Read(db => Specs.Of(array, db, settings, element)) is { } wanted)
            {
                export.Create(wanted, wanted.PreferredNumber, cancellationToken);
            }

            return true;
        }
        catch (TargetExistsException)
        {
            return false;
        }
    }

    private void Apply(ITargetExport export, ExportSettings settings, IReadOnlyList<TargetPicture> all, IEnumerable<string> elements, HashSet<string> resized, CancellationToken cancellationToken)
    {
        var targets = Ours(all, settings);
        var taken = all.Select(target => target.Number).ToHashSet();
        Exception? first = null;
        foreach (var element in elements.Distinct(StringComparer.Ordinal))
        {
            try
            {
                var wanted = array.Database.Read(db => Specs.Of(array, db, settings, element));
                foreach (var difference in Difference.Between(wanted, targets.GetValueOrDefault(element), taken, resized.Contains(element)))
                {
                    difference.Repair(export, cancellationToken);
                }
            }
            catch (StorageConnectException e)
            {
                // The others needn't suffer.
                first ??= e;
            }
        }

        if (first is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
    }

    /// <summary>Does what processes that died had marked.</summary>
    private void FinishMarked(ITargetExport export, CancellationToken cancellationToken)
    {
        var pending = _done.ToHashSet();
        var marks = array.Database.Read(ExportRows.Marks).Where(mark => !pending.Contains(mark.Id)).ToList();
        if (marks.Count > 0)
        {
            // Somebody who lives and has a lock does it himself.
            using var held = array.Locks.TakeFree([.. marks.Select(mark => mark.Element).Distinct(StringComparer.Ordinal)], out var free);
            if (free.Count > 0)
            {
                BringInLine(export, [.. marks.Where(mark => free.Contains(mark.Element))], fresh: false, cancellationToken);
            }
        }
    }

    /// <summary>Compares everything and puts right what differs. False when somebody was at work on an element.</summary>
    private bool Restore(ITargetExport export, DaemonIdentity? identity, bool evenIfCurrent, CancellationToken cancellationToken)
    {
        using var exclusive = array.Locks.Take([WholeExport], "the pool's export", cancellationToken);
        var (settings, accounts, marks) = array.Database.Read(db => (ExportRows.Settings(db), ExportRows.Accounts(db), ExportRows.Marks(db)));
        if (settings is null || (!evenIfCurrent && identity is not null && settings.Daemon == identity.Text))
        {
            return true;
        }

        foreach (var portal in MissingPortals(export, settings, cancellationToken))
        {
            export.AddPortal(portal, cancellationToken);
        }

        ExportAccounts.Ensure(export, accounts, identity, export.Look(cancellationToken), target => TargetNames.Element(settings.Name, target) is not null, cancellationToken);
        var elements = array.Database.Read(ExportRows.Presented).Union(Ours(export.Look(cancellationToken), settings).Keys).Union(marks.Select(mark => mark.Element)).Where(Naming.Identities.IsUuid).ToList();
        using var held = array.Locks.TakeFree(elements, out var free);
        Apply(export, settings, export.Look(cancellationToken), free, Resized(marks), cancellationToken);
        Done([.. marks.Where(mark => free.Contains(mark.Element))]);
        if (free.Count < elements.Count)
        {
            return false;
        }

        if (settings.Daemon != identity?.Text || accounts.Any(account => account.Daemon != identity?.Text))
        {
            array.Database.Write(db => ExportRows.SetDaemon(db, identity?.Text), cancellationToken);
        }

        return true;
    }

    /// <summary>Leaves a daemon that isn't the pool's any more.</summary>
    private static void Withdraw(ExportSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            var export = TgtdExport.Open(settings.Control, cancellationToken);
            foreach (var target in Ours(export.Look(cancellationToken), settings).Values)
            {
                export.Remove(target, cancellationToken);
            }
        }
        catch (ArrayUnreachableException e) when (e.ErrorId == TgtFaults.NotRunning)
        {
            // It serves nobody.
        }
    }

    private static void RemoveAccounts(TgtdExport export, List<string> users, CancellationToken cancellationToken)
    {
        if (users.Count > 0)
        {
            var bound = export.Look(cancellationToken).SelectMany(target => target.Accounts).Select(account => account.User).ToHashSet(StringComparer.Ordinal);
            users.Where(user => !bound.Contains(user)).ToList().ForEach(user => export.RemoveAccount(user, cancellationToken));
        }
    }

    private static IEnumerable<Portal> MissingPortals(ITargetExport export, ExportSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Portals.Count == 0)
        {
            return [];
        }

        var present = export.Portals(cancellationToken);
        return settings.Portals.Where(portal => !present.Any(other => other.Covers(portal)));
    }

    private static Dictionary<string, TargetPicture> Ours(IReadOnlyList<TargetPicture> targets, ExportSettings settings)
    {
        var ours = new Dictionary<string, TargetPicture>(StringComparer.Ordinal);
        foreach (var target in targets)
        {
            if (TargetNames.Element(settings.Name, target.Name) is { } element)
            {
                ours[element] = target;
            }
        }

        return ours;
    }

    private static StorageElementBusyException InUse(string element, TargetPicture target) =>
        new($"'{element}' is in use by {string.Join(", ", target.Sessions)}.")
        {
            ErrorId = "StorageElementInUse",
            Element = element,
            Retryable = true,
            Recommendation = "Log these initiators out (Disconnect-OscStorageElement on their hosts), then try again.",
        };

    private static HashSet<string> Resized(IEnumerable<ExportMark> marks) => marks.Where(mark => mark.Resized).Select(mark => mark.Element).ToHashSet(StringComparer.Ordinal);

    private string NameOf(string element) => array.Database.Read(db => ElementRows.ByUuid(db, element))?.Name ?? element;

    private void Done(IReadOnlyList<ExportMark> marks)
    {
        foreach (var mark in marks.Where(mark => !mark.Resized))
        {
            _done.Enqueue(mark.Id);
        }

        if (marks.Any(mark => mark.Resized))
        {
            // Whoever found such a mark would take the unit away from its users for a moment, for nothing.
            array.Database.Write(db => marks.ToList().ForEach(mark => ExportRows.Unmark(db, mark.Id)), CancellationToken.None);
        }
    }

    private sealed class Released(Exports exports, IReadOnlyList<ExportMark> marks) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                exports.Follow(marks, CancellationToken.None, locked: true);
            }
            catch (Exception e) when (e is StorageConnectException or Microsoft.Data.Sqlite.SqliteException or IOException)
            {
                // Must not hide how the change itself ended. The marks stay: the next use gives the elements back.
            }
        }
    }
}
