namespace StorageConnect.Host.Attaching;

/// <summary>The array's side of attaching and detaching.</summary>
internal interface IElementPresenter
{
    /// <summary>The server's record, validated, with its secrets.</summary>
    Task<StorageServer> GetServerAsync(CancellationToken cancellationToken);

    /// <summary>The element as it is on the array now.</summary>
    Task<StorageElement> GetElementAsync(StorageElement element, CancellationToken cancellationToken);

    /// <summary>True where page 0x83 identities belong to presentations: another element may get an element's identity later.</summary>
    bool HasPresentationIdentities { get; }

    /// <summary>False for a passive array, whose groups without entries admit every initiator.</summary>
    bool HasAccessControl { get; }

    /// <summary>All LUNs and clones on the array.</summary>
    Task<IReadOnlyList<StorageElement>> ListAsync(CancellationToken cancellationToken);

    /// <summary>All groups on the array.</summary>
    Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(CancellationToken cancellationToken);

    /// <summary>Presents the element to these groups; the record with all groups it is presented to.</summary>
    Task<StorageElement> PresentAsync(StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken);

    /// <summary>Calls the plug-in's own login, where it has one: for the element's targets, or for all where they are not reported.</summary>
    /// <returns>The targets that the plug-in reported; null where it has no login of its own and the host logs in.</returns>
    Task<IReadOnlyList<IscsiTarget>?> StartAsync(StorageElement element, CancellationToken cancellationToken);

    /// <summary>Stops presenting the element to these groups; the record with the groups that are left.</summary>
    Task<StorageElement> WithdrawAsync(StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken);
}
