using System.Globalization;
using System.Security.Cryptography;
using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Locks;
using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;
using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Configuration;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Export;

/// <summary>
/// A pool's records, as the export asks for them. Elements are exported by tgtd, which opens the images itself. An element is exported by one
/// machine (gateway) at a time: two would each have a cache, and neither would know of the other's reservations.
/// </summary>
internal sealed class CephExport : IExportRecords
{
    private const string Product = "Ceph RBD";
    private const int GatewayDigits = 8;
    private const int MoreThanALook = 3;
    // A mark is one argument of the tool, which the kernel takes up to 128 KiB.
    private const int MostInOneMark = 1000;
    private readonly Rbd _rbd;
    private readonly CatalogStore _store;
    private readonly ClusterIdentity _identity;
    private readonly ClientConfiguration? _configuration;
    private readonly GatewayState _state;
    private readonly AsyncLocal<CatalogView?> _current = new();

    public CephExport(
        Rbd rbd, CatalogStore store, ClusterIdentity identity, ElementLocks locks, ClusterAddress address, ClientConfiguration? configuration)
    {
        _rbd = rbd;
        _store = store;
        _identity = identity;
        _configuration = configuration;
        Locks = locks;
        Gateway = $"{Owners.Machine}-{ImageNames.Hash(address.Control.Socket)[..GatewayDigits]}";
        GatewayName = address.Control == TgtControlAddress.Default ? Environment.MachineName : $"{Environment.MachineName} ({address.Control.Socket})";
        _state = new(identity, Gateway);
        Targets = new(this, (control, cancellationToken) =>
            TgtTargetDaemon.Open(TgtControlAddress.TryParse(control) ?? TgtControlAddress.Default, cancellationToken));
    }

    /// <summary>This machine's target daemon, in a few digits.</summary>
    public string Gateway { get; }

    /// <summary>The same for people.</summary>
    public string GatewayName { get; }

    public ElementLocks Locks { get; }

    /// <summary>The targets of this pool.</summary>
    public TargetExport Targets { get; }

    /// <summary>What a call of the plug-in has read already is used for the export too.</summary>
    public void Use(CatalogView view) => _current.Value = view;

    /// <summary>Takes images away from the daemon, so that they can be changed: see <see cref="TargetExport.Release"/>.</summary>
    public IDisposable? Release(CatalogView view, IReadOnlyList<Image> images, bool evenInUse)
    {
        var own = images.Where(image => IsExportedHere(view.Catalog, image.Id)).ToList();
        return own.Count == 0
            ? null
            : Targets.Release([.. own.Select(image => (_identity.OfImage(image.Id), view.NameOf(image.Name)))], evenInUse, view.Token);
    }

    /// <summary>Who is logged in to an image; null when this machine doesn't export it.</summary>
    public IReadOnlyList<SessionState>? GetSessions(CatalogView view, Image image) =>
        IsExportedHere(view.Catalog, image.Id) ? Targets.GetSessions(_identity.OfImage(image.Id), view.Token) : null;

    /// <summary>Marks a presented image for the gateway that exports it.</summary>
    /// <returns>The mark, when that gateway is this machine.</returns>
    public IReadOnlyList<ExportMark> Mark(string image, bool resized, CatalogView view) =>
        view.Catalog.Presentation(image) is { } presentation
            ? Mark([image], resized, (presentation.Gateway, presentation.GatewayName), view.Token)
            : [];

    /// <summary>Marks images for a gateway.</summary>
    /// <returns>The marks, when that gateway is this machine.</returns>
    public IReadOnlyList<ExportMark> Mark(
        IReadOnlyList<string> images, bool resized, (string Id, string Name) gateway, CancellationToken cancellationToken) =>
        MarkElements([.. images.Select(_identity.OfImage)], resized, gateway, cancellationToken);

    /// <summary>Whether a gateway has not followed a change of an image's access yet.</summary>
    public bool IsBehind(PoolCatalog catalog, string image, string gateway) =>
        catalog.Marks(gateway).Any(mark => !mark.Entry.Resized && mark.Entry.Elements.Contains(_identity.OfImage(image)));

    /// <summary>Marks an image for this machine once more where its daemon has not followed a change of access yet.</summary>
    /// <remarks>The mark that is there may be about more than access; so it stays for the next use of the array.</remarks>
    public IReadOnlyList<ExportMark> MarkAgain(PoolCatalog catalog, string image, CancellationToken cancellationToken) =>
        IsBehind(catalog, image, Gateway) ? Mark([image], resized: false, (Gateway, GatewayName), cancellationToken) : [];

    /// <summary>The name of another gateway that has not followed a change of the image's access yet, and has the image open still; else null.</summary>
    public string? FindBehind(CatalogView view, Image image)
    {
        var (catalog, uuid) = (view.Catalog, _identity.OfImage(image.Id));
        return !IsExportedHere(catalog, image.Id)
            && catalog.Notes.Keys.FirstOrDefault(key => IsMarkOfOther(catalog, key, uuid) && catalog.Mark(key)?.Resized == false) is { } key
            && _rbd.ListWatchers(image.Name, view.Token).Count > 0
                ? catalog.Mark(key)!.GatewayName is { Length: > 0 } name ? name : key[PoolCatalog.MarkKind.Length..key.LastIndexOf('.')]
                : null;
    }

    /// <exception cref="StorageElementBusyException">Another machine exports the image, or may still do.</exception>
    public void RequireHere(CatalogView view, Image image, (string Id, string Name) gateway)
    {
        var name = view.NameOf(image.Name);
        if (gateway.Id != Gateway)
        {
            throw PluginError.StorageElementBusy(
                name,
                $"'{name}' is exported by the gateway {gateway.Name}, and an element is exported by one gateway at a time.",
                "Present it there, or stop presenting it to all groups first.", id: "ExportedElsewhere");
        }

        // Another gateway that has not yet ended its export still has the image open.
        var uuid = _identity.OfImage(image.Id);
        if (!IsExportedHere(view.Catalog, image.Id) && view.Catalog.Notes.Keys.Any(key => IsMarkOfOther(view.Catalog, key, uuid))
            && _rbd.ListWatchers(image.Name, view.Token) is { Count: > 0 } watchers)
        {
            throw PluginError.StorageElementBusy(name, $"Another gateway has not stopped exporting '{name}' yet: {string.Join(", ", watchers)}.",
                "Run Get-OscStatus on that machine, or stop its tgtd; a machine that died is forgotten after 30 seconds.", id: "ExportedElsewhere");
        }
    }

    public ExportSettings? ReadSettings() => _state.ReadSettings();

    public IReadOnlyList<ChapAccount> ReadAccounts() => _state.ReadAccounts();

    public void SaveSettings(ExportSettings settings, IReadOnlyList<ChapAccount> accounts, CancellationToken cancellationToken) =>
        _state.Save(settings, accounts);

    public void SaveDaemon(string? daemon, CancellationToken cancellationToken) => _state.SaveDaemon(daemon);

    public IReadOnlyList<string> ReadPresented() =>
        [.. Catalog.Presentations().Where(row => row.Entry.Gateway == Gateway).Select(row => _identity.OfImage(row.Image))];

    /// <remarks>As the records are now: another process may have changed them since this call began.</remarks>
    public IReadOnlyList<PresentedElement> ReadElements(IReadOnlyCollection<string> elements)
    {
        _current.Value?.Reload();
        var catalog = Catalog;
        var wanted = catalog.Presentations().Where(row => row.Entry.Gateway == Gateway && elements.Contains(_identity.OfImage(row.Image))).ToList();
        Dictionary<string, Image>? listed = wanted.Count <= MoreThanALook
            ? null
            : _rbd.List(CancellationToken.None).Images.ToDictionary(image => image.Id, StringComparer.Ordinal);
        return [.. wanted.Select(row => ToPresented(catalog, row.Image, row.Entry, listed)).OfType<PresentedElement>()];
    }

    /// <remarks>
    /// The target's name has the cluster, the pool and the image in it. The image's own name doesn't count: somebody may have renamed it.
    /// </remarks>
    public bool IsOwn(string element, BackingStore backing, int? daemonProcess) =>
        backing.Kind == BackingKind.RbdImage && backing.Path.StartsWith(_rbd.Pool.Of(""), StringComparison.Ordinal);

    public string NameOf(string element) =>
        _identity.ImageOf(element) is { } id && _rbd.FindById(id, CancellationToken.None) is { } image
            ? Catalog.NameOf(image.Name)
            : element;

    public IReadOnlyList<ExportMark> ReadMarks() =>
    [
        .. Catalog.Marks(Gateway).Where(mark => long.TryParse(mark.Id, out _)).SelectMany(mark =>
            mark.Entry.Elements.Select(element =>
                new ExportMark(long.Parse(mark.Id, CultureInfo.InvariantCulture), element, mark.Entry.Resized))),
    ];

    public IReadOnlyList<ExportMark> SaveMarks(IReadOnlyCollection<string> elements, CancellationToken cancellationToken)
    {
        var marks = MarkElements([.. elements], resized: false, (Gateway, GatewayName), cancellationToken);
        _current.Value?.Reload();
        return marks;
    }

    public void RemoveMarks(IReadOnlyCollection<ExportMark> marks)
    {
        if (marks.Count == 0)
        {
            return;
        }

        _current.Value?.Reload();
        var present = Catalog.Marks(Gateway).ToDictionary(mark => mark.Id, mark => mark.Entry.Elements, StringComparer.Ordinal);

        // The daemon has got no unit of an image whose content changes: the mark stays for the time when that work was completed.
        var withheld = Catalog.Intents().Where(intent => intent.Entry.ChangesContent).SelectMany(intent => intent.Entry.Images)
            .Select(_identity.OfImage).ToHashSet(StringComparer.Ordinal);
        foreach (var done in marks.Where(mark => !withheld.Contains(mark.Element)).GroupBy(mark => mark.Id))
        {
            var (id, key) = (done.Key.ToString(CultureInfo.InvariantCulture), KeyOf(Gateway, done.Key));
            var left = present.GetValueOrDefault(id, []).Except(done.Select(mark => mark.Element)).ToList();
            try
            {
                if (left.Count == 0)
                {
                    _store.Remove(key, CancellationToken.None);
                }
                else
                {
                    _store.Set(
                        key, new MarkEntry { Elements = left, Resized = done.First().Resized, GatewayName = GatewayName }, CancellationToken.None);
                }
            }
            catch (StorageConnectException)
            {
                // On a full cluster, say. The change itself is done; the next one tries again.
            }
        }

        _current.Value?.Reload();
    }

    private List<ExportMark> MarkElements(
        IReadOnlyList<string> elements, bool resized, (string Id, string Name) gateway, CancellationToken cancellationToken)
    {
        var marks = new List<ExportMark>();
        foreach (var part in elements.Chunk(MostInOneMark))
        {
            var id = ((long)RandomNumberGenerator.GetInt32(int.MaxValue) << 31) + RandomNumberGenerator.GetInt32(int.MaxValue);
            _store.Set(KeyOf(gateway.Id, id), new MarkEntry { Elements = part, Resized = resized, GatewayName = gateway.Name }, cancellationToken);
            marks.AddRange(part.Select(element => new ExportMark(id, element, resized)));
        }

        return gateway.Id == Gateway ? marks : [];
    }

    private PoolCatalog Catalog => _current.Value?.Catalog ?? _store.Read(CancellationToken.None);

    private static string KeyOf(string gateway, long id) => FormattableString.Invariant($"{PoolCatalog.MarkKind}{gateway}.{id}");

    private bool IsExportedHere(PoolCatalog catalog, string image) =>
        catalog.Presentation(image) is { Groups.Count: > 0 } presentation && presentation.Gateway == Gateway;

    private bool IsMarkOfOther(PoolCatalog catalog, string key, string uuid) =>
        key.StartsWith(PoolCatalog.MarkKind, StringComparison.Ordinal)
        && !key.StartsWith($"{PoolCatalog.MarkKind}{Gateway}.", StringComparison.Ordinal)
        && catalog.Notes[key].Contains(uuid, StringComparison.Ordinal);

    private PresentedElement? ToPresented(PoolCatalog catalog, string id, PresentationEntry entry, Dictionary<string, Image>? listed)
    {
        // A listing may lack an image that could not be opened in that moment: its target must stay.
        if ((listed?.GetValueOrDefault(id) ?? _rbd.FindById(id, CancellationToken.None)) is not { } image)
        {
            return null;
        }

        var uuid = _identity.OfImage(id);
        var name = catalog.NameOf(image.Name);
        var initiators = entry.Groups.SelectMany(catalog.Entries).Distinct(StringComparer.Ordinal).ToValueList();

        var isServed = catalog.Image(id)?.Offline != true
            && !catalog.Intents().Any(intent => intent.Entry.ChangesContent && intent.Entry.Images.Contains(id));
        return new(uuid, name, initiators, !isServed ? null : new()
        {
            Backing = BackingStore.RbdImage(_rbd.Pool.Of(image.Name), _configuration?.DaemonPath ?? "", _configuration?.User ?? ""),
            Naa = _identity.Page83(id)[1..],
            Serial = uuid,
            Product = Product,
            Size = image.Size,
            Thin = catalog.Image(id)?.Thick != true,
            WriteThrough = false,
        });
    }
}
