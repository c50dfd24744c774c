using System.Globalization;
using System.Security.Cryptography;
using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Locks;
using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;
using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Configuration;
using StorageConnect.Plugins.Ceph.Operations;
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
    private readonly CephPool _pool;
    private readonly ClusterConfiguration? _configuration;
    private readonly GatewayState _state;
    private readonly AsyncLocal<Elements?> _current = new();

    public CephExport(CephPool pool, ClusterAddress address, ClusterConfiguration? configuration)
    {
        _pool = pool;
        _configuration = configuration;
        Gateway = $"{Owners.Machine}-{ImageNames.Hash(address.Control.Socket)[..GatewayDigits]}";
        GatewayName = address.Control == TgtControlAddress.Default ? Environment.MachineName : $"{Environment.MachineName} ({address.Control.Socket})";
        _state = new(pool.Identity, Gateway);
        Targets = new(this, (control, cancellationToken) =>
            TgtTargetDaemon.Open(TgtControlAddress.TryParse(control) ?? TgtControlAddress.Default, cancellationToken));
    }

    /// <summary>This machine's target daemon, in a few digits.</summary>
    public string Gateway { get; }

    /// <summary>The same for people.</summary>
    public string GatewayName { get; }

    public ElementLocks Locks => _pool.Locks;

    /// <summary>The targets of this pool.</summary>
    public TargetExport Targets { get; }

    /// <summary>What a call of the plug-in has read already is used for the export too.</summary>
    public void Use(Elements elements) => _current.Value = elements;

    /// <summary>Takes images away from the daemon, so that they can be changed: see <see cref="TargetExport.Release"/>.</summary>
    public IDisposable? Release(Elements elements, IReadOnlyList<Image> images, bool evenInUse)
    {
        var own = images.Where(image => IsExportedHere(elements.Catalog, image.Id)).ToList();
        return own.Count == 0
            ? null
            : Targets.Release([.. own.Select(image => (_pool.Identity.OfImage(image.Id), elements.NameOf(image.Name)))], evenInUse, elements.Token);
    }

    /// <summary>Who is logged in to an image; null when this machine doesn't export it.</summary>
    public IReadOnlyList<SessionState>? GetSessions(Elements elements, Image image) =>
        IsExportedHere(elements.Catalog, image.Id) ? Targets.GetSessions(_pool.Identity.OfImage(image.Id), elements.Token) : null;

    /// <summary>Marks a presented image for the gateway that exports it.</summary>
    /// <returns>The mark, when that gateway is this machine.</returns>
    public IReadOnlyList<ExportMark> Mark(string image, bool resized, Elements elements) =>
        elements.Catalog.Presentation(image) is { } presentation ? Mark([image], resized, presentation.Gateway, elements.Token) : [];

    /// <summary>Marks images for a gateway.</summary>
    /// <returns>The marks, when that gateway is this machine.</returns>
    public IReadOnlyList<ExportMark> Mark(IReadOnlyList<string> images, bool resized, string gateway, CancellationToken cancellationToken) =>
        MarkElements([.. images.Select(_pool.Identity.OfImage)], resized, gateway, cancellationToken);

    /// <exception cref="StorageElementBusyException">Another machine exports the image, or may still do.</exception>
    public void RequireHere(Elements elements, Image image, (string Id, string Name) gateway)
    {
        var name = elements.NameOf(image.Name);
        if (gateway.Id != Gateway)
        {
            throw PluginError.StorageElementBusy(
                name,
                $"'{name}' is exported by the gateway {gateway.Name}, and an element is exported by one gateway at a time.",
                "Present it there, or stop presenting it to all groups first.", id: "ExportedElsewhere");
        }

        // Another gateway that has not yet ended its export still has the image open.
        var uuid = _pool.Identity.OfImage(image.Id);
        if (!IsExportedHere(elements.Catalog, image.Id) && elements.Catalog.Notes.Keys.Any(key => IsMarkOfOther(elements.Catalog, key, uuid))
            && elements.Rbd.ListWatchers(image.Name, elements.Token) is { Count: > 0 } watchers)
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
        [.. Catalog.Presentations().Where(row => row.Entry.Gateway == Gateway).Select(row => _pool.Identity.OfImage(row.Image))];

    /// <remarks>As the records are now: another process may have changed them since this call began.</remarks>
    public IReadOnlyList<PresentedElement> ReadElements(IReadOnlyCollection<string> elements)
    {
        _current.Value?.Reload();
        var catalog = Catalog;
        var wanted = catalog.Presentations().Where(row => row.Entry.Gateway == Gateway && elements.Contains(_pool.Identity.OfImage(row.Image))).ToList();
        Dictionary<string, Image>? listed = wanted.Count <= MoreThanALook
            ? null
            : _pool.Rbd.List(CancellationToken.None).Images.ToDictionary(image => image.Id, StringComparer.Ordinal);
        return [.. wanted.Select(row => ToPresented(catalog, row.Image, row.Entry, listed)).OfType<PresentedElement>()];
    }

    /// <remarks>
    /// The target's name has the cluster, the pool and the image in it. The image's own name doesn't count: somebody may have renamed it.
    /// </remarks>
    public bool IsOwn(string element, BackingStore backing, int? daemonProcess) =>
        backing.Kind == BackingKind.RbdImage && backing.Path.StartsWith(_pool.Rbd.Pool.Of(""), StringComparison.Ordinal);

    public string NameOf(string element) =>
        _pool.Identity.ImageOf(element) is { } id && _pool.Rbd.FindById(id, CancellationToken.None) is { } image
            ? ImageNames.IsMade(image.Name) ? Catalog.Name(image.Name) ?? image.Name : image.Name
            : element;

    public IReadOnlyList<ExportMark> ReadMarks() =>
    [
        .. Catalog.Marks(Gateway).Where(mark => long.TryParse(mark.Id, out _)).SelectMany(mark =>
            mark.Entry.Elements.Select(element =>
                new ExportMark(long.Parse(mark.Id, CultureInfo.InvariantCulture), element, mark.Entry.Resized))),
    ];

    public IReadOnlyList<ExportMark> SaveMarks(IReadOnlyCollection<string> elements, CancellationToken cancellationToken)
    {
        var marks = MarkElements([.. elements], resized: false, Gateway, cancellationToken);
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
        foreach (var done in marks.GroupBy(mark => mark.Id))
        {
            var (id, key) = (done.Key.ToString(CultureInfo.InvariantCulture), KeyOf(Gateway, done.Key));
            var left = present.GetValueOrDefault(id, []).Except(done.Select(mark => mark.Element)).ToList();
            try
            {
                if (left.Count == 0)
                {
                    _pool.Store.Remove(key, CancellationToken.None);
                }
                else
                {
                    _pool.Store.Set(key, new MarkEntry { Elements = left, Resized = done.First().Resized }, CancellationToken.None);
                }
            }
            catch (StorageConnectException)
            {
                // On a full cluster, say. The change itself is done; the next one tries again.
            }
        }

        _current.Value?.Reload();
    }

    private IReadOnlyList<ExportMark> MarkElements(IReadOnlyList<string> elements, bool resized, string gateway, CancellationToken cancellationToken)
    {
        var id = ((long)RandomNumberGenerator.GetInt32(int.MaxValue) << 31) + RandomNumberGenerator.GetInt32(int.MaxValue);
        _pool.Store.Set(KeyOf(gateway, id), new MarkEntry { Elements = elements, Resized = resized }, cancellationToken);
        return gateway == Gateway ? [.. elements.Select(element => new ExportMark(id, element, resized))] : [];
    }

    private PoolCatalog Catalog => _current.Value?.Catalog ?? _pool.Store.Read(CancellationToken.None);

    private static string KeyOf(string gateway, long id) => FormattableString.Invariant($"{PoolCatalog.MarkKind}{gateway}.{id}");

    private bool IsExportedHere(PoolCatalog catalog, string image) =>
        catalog.Presentation(image) is { Groups.Count: > 0 } presentation && presentation.Gateway == Gateway;

    private bool IsMarkOfOther(PoolCatalog catalog, string key, string uuid) =>
        key.StartsWith(PoolCatalog.MarkKind, StringComparison.Ordinal)
        && !key.StartsWith($"{PoolCatalog.MarkKind}{Gateway}.", StringComparison.Ordinal)
        && catalog.Notes[key].Contains(uuid, StringComparison.Ordinal);

    private PresentedElement? ToPresented(PoolCatalog catalog, string id, PresentationEntry entry, Dictionary<string, Image>? listed)
    {
        if ((listed is null ? _pool.Rbd.FindById(id, CancellationToken.None) : listed.GetValueOrDefault(id)) is not { } image)
        {
            return null;
        }

        var uuid = _pool.Identity.OfImage(id);
        var name = ImageNames.IsMade(image.Name) ? catalog.Name(image.Name) ?? image.Name : image.Name;
        var initiators = entry.Groups.SelectMany(catalog.Entries).Distinct(StringComparer.Ordinal).ToValueList();

        // What is half rolled back or cut off is served to nobody.
        var isServed = catalog.Image(id)?.Offline != true
            && !catalog.Intents().Any(intent => intent.Entry.Kind != IntentKind.CreateMulti && intent.Entry.Images.Contains(id));
        return new(uuid, name, initiators, !isServed ? null : new()
        {
            Backing = BackingStore.RbdImage(_pool.Rbd.Pool.Of(image.Name), _configuration?.Path ?? "", _configuration?.User ?? ""),
            Naa = _pool.Identity.Page83(id)[1..],
            Serial = uuid,
            Product = Product,
            Size = image.Size,
            Thin = catalog.Image(id)?.Thick != true,
            WriteThrough = false,
        });
    }
}
