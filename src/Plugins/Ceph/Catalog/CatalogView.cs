using StorageConnect.Plugins.Ceph.Naming;

namespace StorageConnect.Plugins.Ceph.Catalog;

/// <summary>The catalog during one call of the plug-in: read when it is first needed, and again after a change.</summary>
internal class CatalogView(CatalogStore store, CancellationToken cancellationToken)
{
    private PoolCatalog? _catalog;

    public CancellationToken Token => cancellationToken;

    /// <summary>The catalog as it was when it was first needed in this call, or last read again.</summary>
    public PoolCatalog Catalog => _catalog ??= store.Read(cancellationToken);

    /// <summary>True when the catalog was read already.</summary>
    protected bool IsRead => _catalog is not null;

    /// <summary>Reads the catalog again when it is needed next.</summary>
    public void Reload() => _catalog = null;

    /// <summary>Takes the catalog as somebody just read it.</summary>
    public void Take(PoolCatalog catalog) => _catalog = catalog;

    /// <summary>The element's name of an image.</summary>
    public string NameOf(string imageName) => ImageNames.IsMade(imageName) ? Catalog.NameOf(imageName) : imageName;
}
