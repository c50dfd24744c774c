using StorageConnect.Engine.Arrays;

namespace StorageConnect.Host.Attaching;

/// <summary>The array's side, called through the engine.</summary>
internal sealed class ArrayPresenter(StorageArray array) : IElementPresenter
{
    public Task<StorageServer> GetServerAsync(CancellationToken cancellationToken) => array.GetServerForLoginAsync(cancellationToken);

    public Task<StorageElement> GetElementAsync(StorageElement element, CancellationToken cancellationToken) => array.GetInfoAsync(element, cancellationToken);

    public bool HasPresentationIdentities => array.HasPresentationIdentities;

    public bool HasAccessControl => array.HasAccessControl;

    public async Task<IReadOnlyList<StorageElement>> ListAsync(CancellationToken cancellationToken) =>
        await array.ListAsync(new(), cancellationToken).ToListAsync(cancellationToken);

    public Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(CancellationToken cancellationToken) => array.GetAccessGroupsAsync(null, cancellationToken);

    public Task<StorageElement> PresentAsync(StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        array.StartPresentAsync(element, groups, cancellationToken);

    public async Task<IReadOnlyList<IscsiTarget>?> StartAsync(StorageElement element, CancellationToken cancellationToken)
    {
        if (!await array.HasOwnLoginAsync(cancellationToken))
        {
            return null;
        }

        var found = await array.DiscoverAsync(cancellationToken);
        var own = found.IscsiTargets.Where(target => element.LunAddresses.Any(place => place.TargetName == target.TargetName)).ToList();
        await array.StartAsync(own.Count > 0 ? own : null, null, cancellationToken);
        return found.IscsiTargets;
    }

    public Task<StorageElement> WithdrawAsync(StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        array.StopPresentAsync(element, groups, cancellationToken);
}
