using System.Reflection;
using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Locks;
using StorageConnect.PluginKit.Naming;
using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.PluginKit;

/// <summary>A second plug-in behind the kit: its records are in memory, its elements are plain files.</summary>
public sealed class MemoryArray : IExportRecords, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PresentedElement> _elements = [];
    private readonly List<ExportMark> _marks = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("memory-array-").FullName;
    private IReadOnlyList<ChapAccount> _accounts = [];
    private ExportSettings? _settings;
    private long _lastMark;

    /// <summary>An array without elements.</summary>
    /// <param name="lockTimeout">How long a change waits for a lock; null: as usual.</param>
    public MemoryArray(TimeSpan? lockTimeout = null) => Locks = new(Path.Combine(_folder, "locks"), lockTimeout);

    public ElementLocks Locks { get; }

    /// <summary>The requests of all exports to the daemon, by the names of the methods.</summary>
    public List<string> Requests { get; } = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>True while the disk of its records is full.</summary>
    public bool IsFull { get; set; }

    /// <summary>An export of this array, as another process has it.</summary>
    public TargetExport Export(TgtDaemon daemon, bool isNew = false, params string[] portals)
    {
        var export = new TargetExport(this, Open);
        export.Configure(
            new(daemon.ControlPath, portals.Select(Portal.TryParse).OfType<Portal>().ToValueList()) { Name = TargetNames.ForArray("memory", new('c', 32)) },
            [],
            Open(daemon.ControlPath, Token),
            isNew,
            Token);
        return export;
    }

    /// <summary>A new element, presented to nobody.</summary>
    public string Create(string name)
    {
        var uuid = Identities.NewUuid();
        File.WriteAllBytes(PathOf(uuid), new byte[1 << 20]);
        _elements[uuid] = new(uuid, name, [], new()
        {
            Backing = BackingStore.File(PathOf(uuid)),
            Naa = Identities.NewPage83Id()[1..],
            Serial = uuid,
            Product = "Memory LUN",
            Size = 1 << 20,
            Thin = true,
            WriteThrough = false,
        });
        return uuid;
    }

    public string PathOf(string uuid) => Path.Combine(_folder, uuid);

    /// <summary>Commits who may use an element, with a mark.</summary>
    public IReadOnlyList<ExportMark> SetInitiators(string uuid, params string[] initiators)
    {
        lock (_gate)
        {
            _elements[uuid] = _elements[uuid] with { Initiators = initiators.ToValueList() };
            return SaveMarks([uuid], Token);
        }
    }

    public IReadOnlyList<ExportMark> SetInitiators(IEnumerable<string> uuids, params string[] initiators) =>
        [.. uuids.SelectMany(uuid => SetInitiators(uuid, initiators))];

    public int Count(string method)
    {
        lock (Requests)
        {
            return Requests.Count(request => request == method);
        }
    }

    public ExportSettings? ReadSettings() => _settings;

    public IReadOnlyList<ChapAccount> ReadAccounts() => _accounts;

    public void SaveSettings(ExportSettings settings, IReadOnlyList<ChapAccount> accounts, CancellationToken cancellationToken) =>
        (_settings, _accounts) = IsFull ? throw new IOException("No space left on device") : (settings, accounts);

    public void SaveDaemon(string? daemon, CancellationToken cancellationToken) => _settings = _settings! with { Daemon = daemon };

    public IReadOnlyList<string> ReadPresented()
    {
        lock (_gate)
        {
            return [.. _elements.Values.Where(element => element.Initiators.Count > 0).Select(element => element.Uuid)];
        }
    }

    public IReadOnlyList<PresentedElement> ReadElements(IReadOnlyCollection<string> elements)
    {
        lock (_gate)
        {
            return [.. elements.Where(_elements.ContainsKey).Select(uuid => _elements[uuid]).Where(element => element.Initiators.Count > 0)];
        }
    }

    public bool IsOwn(string element, BackingStore backing, int? daemonProcess) => backing.IsSameAs(BackingStore.File(PathOf(element)));

    public string NameOf(string element) => _elements.GetValueOrDefault(element)?.Name ?? element;

    public IReadOnlyList<ExportMark> ReadMarks()
    {
        lock (_gate)
        {
            return [.. _marks];
        }
    }

    public IReadOnlyList<ExportMark> SaveMarks(IReadOnlyCollection<string> elements, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var marks = elements.Select(element => new ExportMark(++_lastMark, element, false)).ToList();
            _marks.AddRange(marks);
            return marks;
        }
    }

    public void RemoveMarks(IReadOnlyCollection<ExportMark> marks)
    {
        lock (_gate)
        {
            _marks.RemoveAll(marks.Contains);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ITargetDaemon Open(string control, CancellationToken cancellationToken)
    {
        var daemon = DispatchProxy.Create<ITargetDaemon, Counter>();
        ((Counter)daemon).Begin(TgtTargetDaemon.Open(TgtControlAddress.TryParse(control)!, cancellationToken), Requests);
        return daemon;
    }

    /// <summary>Notes each request before it is sent.</summary>
    public class Counter : DispatchProxy
    {
        private ITargetDaemon? _daemon;
        private List<string>? _requests;

        public void Begin(ITargetDaemon daemon, List<string> requests) => (_daemon, _requests) = (daemon, requests);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            lock (_requests!)
            {
                _requests.Add(targetMethod!.Name);
            }

            return targetMethod.Invoke(_daemon, BindingFlags.DoNotWrapExceptions, null, args, null);
        }
    }
}
