using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;
using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Locks;
using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;
using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Operations;

namespace StorageConnect.Plugins.Local.Export;

/// <summary>A pool's records for the export. Elements are exported by tgtd, each from its volume's file.</summary>
internal sealed class LocalExport : IExportRecords
{
    private const string Product = "Local LUN";

    private readonly ConcurrentQueue<long> _done = new();
    private readonly Lock _removing = new();

    private readonly PoolFolder _folder;
    private readonly PoolDatabase _database;
    private volatile UnsavedDaemon? _unsaved;

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

    /// <summary>Removes volumes from the daemon, so that their files can be changed: see <see cref="TargetExport.Release"/>.</summary>
    public IDisposable? Release(IReadOnlyList<ElementRow> rows, bool evenInUse, CancellationToken cancellationToken) =>
        Targets.Release([.. rows.Where(row => row.Groups.Count > 0).Select(row => (row.Uuid, row.Name))], evenInUse, cancellationToken);

    /// <summary>Makes the checks of <see cref="Release"/>; true when the daemon has the volume open.</summary>
    public bool CheckRelease(ElementRow row, bool evenInUse, CancellationToken cancellationToken) =>
        row.Groups.Count > 0 && Targets.CheckRelease(row.Uuid, row.Name, evenInUse, cancellationToken);

    /// <summary>The initiators that are logged in to a volume; null when it isn't exported.</summary>
    public IReadOnlyList<SessionState>? GetSessions(ElementRow row, CancellationToken cancellationToken) =>
        row.Groups.Count > 0 ? Targets.GetSessions(row.Uuid, cancellationToken) : null;

    public ExportSettings? ReadSettings() => _database.Read(db => GetUnsaved(db) is { } unsaved
        ? unsaved.Settings with { Daemon = unsaved.Daemon }
        : ExportRows.Settings(db));

    public IReadOnlyList<ChapAccount> ReadAccounts() => _database.Read(db => GetUnsaved(db) is { } unsaved
        ? unsaved.Accounts.ConvertAll(account => new ChapAccount(account.Name, account.GetSecret(), unsaved.Daemon))
        : ExportRows.Accounts(db));

    public void SaveSettings(ExportSettings settings, IReadOnlyList<ChapAccount> accounts, CancellationToken cancellationToken) => _database.Write(
        db =>
        {
            ExportRows.Save(db, settings);
            ExportRows.SaveAccounts(db, accounts);
        },
        cancellationToken);

    public void SaveDaemon(string? daemon, CancellationToken cancellationToken) => _unsaved = _database.WriteIfRoom(db => ExportRows.SetDaemon(db, daemon))
        ? null
        : _database.Read(db => new UnsavedDaemon(ExportRows.Settings(db)!, ExportRows.Accounts(db), daemon));

    public IReadOnlyList<string> ReadPresented() => _database.Read(ExportRows.Presented);

    public IReadOnlyList<PresentedElement> ReadElements(IReadOnlyCollection<string> elements) =>
        _database.Read(db => elements.Select(element => Read(db, element)).OfType<PresentedElement>().ToList());

    public string NameOf(string element) => _database.Read(db => ElementRows.ByUuid(db, element))?.Name ?? element;

    public bool IsOwn(string element, BackingStore backing, int? daemonProcess)
    {
        if (backing.Kind != BackingKind.File)
        {
            return false;
        }

        var volume = _folder.Volume(element);
        if (backing.Path == volume || backing.Path == _folder.ParkedVolume(element))
        {
            return true;
        }

        // Another path to the same file: the pool was moved, or is reached through a bind mount or a link.
        var own = LinuxFile.Identity(volume) ?? LinuxFile.Identity(_folder.ParkedVolume(element));
        return own is not null && (Identity(backing.Path) is { } served ? served == own : OpenFiles(daemonProcess).Contains(own.Value));
    }

    public IReadOnlySet<string> FindReplaced(IReadOnlyCollection<string> elements, int? daemonProcess)
    {
        var open = OpenFiles(daemonProcess).ToHashSet();
        return open.Count == 0
            ? new HashSet<string>()
            : elements.Where(element => Identity(_folder.Volume(element)) is { } volume && !open.Contains(volume)).ToHashSet(StringComparer.Ordinal);
    }

    public IReadOnlyList<ExportMark> ReadMarks()
    {
        var done = _done.ToHashSet();
        return [.. _database.Read(ExportRows.Marks).Where(mark => !done.Contains(mark.Id))];
    }

    public IReadOnlyList<ExportMark> SaveMarks(IReadOnlyCollection<string> elements, CancellationToken cancellationToken) =>
        _database.Write(db => ExportRows.Mark(db, elements), cancellationToken);

    public void RemoveMarks(IReadOnlyCollection<ExportMark> marks)
    {
        foreach (var mark in marks)
        {
            _done.Enqueue(mark.Id);
        }

        lock (_removing)
        {
            // Calls that come at the same time share a commit; it waits for no disk.
            var done = new List<long>();
            while (_done.TryDequeue(out var mark))
            {
                done.Add(mark);
            }

            try
            {
                if (done.Count > 0)
                {
                    _database.WriteUnsynced(db => done.ForEach(mark => ExportRows.Unmark(db, mark)));
                }
            }
            catch (Exception e) when (e is SqliteException or IOException)
            {
                // On a full disk, for example. The change itself is done; the next one retries this.
                done.ForEach(_done.Enqueue);
            }
        }
    }

    /// <summary>The daemon that a full file system had no room to note, as long as the records are those that it has.</summary>
    private UnsavedDaemon? GetUnsaved(PoolConnection db) => _unsaved is { } unsaved && unsaved.Settings == ExportRows.Settings(db)
        && unsaved.Accounts.Select(Full).SequenceEqual(ExportRows.Accounts(db).Select(Full)) ? unsaved : null;

    private static (AccountName Name, string Secret, string? Daemon) Full(ChapAccount account) => (account.Name, account.GetSecret(), account.Daemon);

    /// <summary>The identity of a path from outside the pool.</summary>
    private static (ulong, uint, uint)? Identity(string path)
    {
        try
        {
            return LinuxFile.Identity(path);
        }
        catch (LinuxFileException)
        {
            return null;
        }
    }

    /// <summary>The files that the daemon has open, whatever their paths were; none when that can't be found out.</summary>
    private static List<(ulong, uint, uint)> OpenFiles(int? process)
    {
        try
        {
            var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd");
            return process is null ? [] : [.. Directory.EnumerateFiles(folder).Select(Identity).OfType<(ulong, uint, uint)>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>True where something else than a file is in a volume's place: the daemon would follow a link to wherever it leads.</summary>
    private bool IsNoFile(string uuid)
    {
        try
        {
            return LinuxFile.TryStatus(_folder.Volume(uuid), followLink: false) is { IsRegular: false };
        }
        catch (LinuxFileException)
        {
            // It can't be served either.
            return true;
        }
    }

    // What a killed process left half restored or cut off is served to nobody: it is completed or undone first.
    private PresentedElement? Read(PoolConnection db, string uuid) =>
        ElementRows.ByUuid(db, uuid) is not { IsSnapshot: false, Groups.Count: > 0, Page83Id: { } page83 } row
            ? null
            : new(uuid, row.Name, ExportRows.Entries(db, row.Id).ToValueList(), !row.Online || IntentRows.IsHalfDone(db, row) || IsNoFile(uuid) ? null : new()
            {
                Backing = BackingStore.File(_folder.Volume(uuid)),
                Naa = page83[1..],
                Serial = uuid,
                Product = Product,
                Size = row.Size,
                Thin = row.Thin,
                WriteThrough = row.Qos == QosLevels.Durable,
            });

    /// <summary>The daemon that has the export of these records.</summary>
    private sealed record UnsavedDaemon(ExportSettings Settings, List<ChapAccount> Accounts, string? Daemon);
}
