using System.Collections.Concurrent;
using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Locks;
using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;
using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Operations;

namespace StorageConnect.Plugins.Local.Export;

/// <summary>A pool's records, as the export asks for them. Elements are exported by tgtd, each from its volume's file.</summary>
internal sealed class LocalExport : IExportRecords
{
    private const string Product = "Local LUN";

    // Marks whose work is done. They are removed with the next change's commit, so that none costs a commit of its own.
    private readonly ConcurrentQueue<long> _done = new();

    private readonly PoolFolder _folder;
    private readonly PoolDatabase _database;

    public LocalExport(PoolFolder folder, PoolDatabase database, ElementLocks locks)
    {
        _folder = folder;
        _database = database;
        Locks = locks;
        Targets = new(this, (control, cancellationToken) =>
            TgtTargetDaemon.Open(TgtControlAddress.TryParse(control) ?? TgtControlAddress.Default, cancellationToken));
    }

    public ElementLocks Locks { get; }

    /// <summary>The targets of this pool.</summary>
    public TargetExport Targets { get; }

    /// <summary>Takes volumes away from the daemon, so that their files can be changed: see <see cref="TargetExport.Release"/>.</summary>
    public IDisposable? Release(IReadOnlyList<ElementRow> rows, bool evenInUse, CancellationToken cancellationToken) =>
        Targets.Release([.. rows.Where(row => row.Groups.Count > 0).Select(row => (row.Uuid, row.Name))], evenInUse, cancellationToken);

    /// <summary>Who is logged in to a volume; null when it isn't exported.</summary>
    public IReadOnlyList<SessionState>? GetSessions(ElementRow row, CancellationToken cancellationToken) =>
        row.Groups.Count > 0 ? Targets.GetSessions(row.Uuid, cancellationToken) : null;

    /// <summary>Marks elements in the transaction that changes them. Nothing, where the pool isn't exported.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="elements">The elements' Uuids.</param>
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

    public ExportSettings? ReadSettings() => _database.Read(ExportRows.Settings);

    public IReadOnlyList<ChapAccount> ReadAccounts() => _database.Read(ExportRows.Accounts);

    public void SaveSettings(ExportSettings settings, IReadOnlyList<ChapAccount> accounts, CancellationToken cancellationToken) => _database.Write(
        db =>
        {
            ExportRows.Save(db, settings);
            ExportRows.SaveAccounts(db, accounts);
        },
        cancellationToken);

    public void SaveDaemon(string? daemon, CancellationToken cancellationToken) => _database.Write(db => ExportRows.SetDaemon(db, daemon), cancellationToken);

    public IReadOnlyList<string> ReadPresented() => _database.Read(ExportRows.Presented);

    public IReadOnlyList<PresentedElement> ReadElements(IReadOnlyCollection<string> elements) =>
        _database.Read(db => elements.Select(element => Read(db, element)).OfType<PresentedElement>().ToList());

    public string NameOf(string element) => _database.Read(db => ElementRows.ByUuid(db, element))?.Name ?? element;

    public IReadOnlyList<ExportMark> ReadMarks()
    {
        var done = _done.ToHashSet();
        return [.. _database.Read(ExportRows.Marks).Where(mark => !done.Contains(mark.Id))];
    }

    public IReadOnlyList<ExportMark> SaveMarks(IReadOnlyCollection<string> elements, CancellationToken cancellationToken) =>
        _database.Write(db => Mark(db, elements), cancellationToken);

    public void RemoveMarks(IReadOnlyCollection<ExportMark> marks)
    {
        foreach (var mark in marks.Where(mark => !mark.Resized))
        {
            _done.Enqueue(mark.Id);
        }

        if (marks.Any(mark => mark.Resized))
        {
            // A process that finds such a mark takes the unit away from its users for a moment, so it is removed at once.
            _database.Write(db => marks.ToList().ForEach(mark => ExportRows.Unmark(db, mark.Id)), CancellationToken.None);
        }
    }

    private PresentedElement? Read(PoolConnection db, string uuid) =>
        ElementRows.ByUuid(db, uuid) is not { IsSnapshot: false, Groups.Count: > 0, Page83Id: { } page83 } row
            ? null
            : new(uuid, row.Name, ExportRows.Entries(db, row.Id).ToValueList(), !row.Online ? null : new()
            {
                Backing = BackingStore.File(_folder.Volume(uuid)),
                Naa = page83[1..],
                Serial = uuid,
                Product = Product,
                Size = row.Size,
                Thin = row.Thin,
                WriteThrough = row.Qos == QosLevels.Durable,
            });
}
