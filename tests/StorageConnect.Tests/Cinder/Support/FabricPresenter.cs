using StorageConnect.Host.Attaching;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Cinder.Support;

/// <summary>
/// A real project as the array of a simulated host: the plug-in presents real volumes and logs in to their real targets with their CHAP secrets, and what
/// the simulated kernel finds behind a session is what the target answers at that moment.
/// </summary>
internal sealed class FabricPresenter : IElementPresenter
{
    private readonly CinderProject _project;
    private readonly SimulatedHost _host;
    private readonly Dictionary<string, StorageElement> _mirrored = [];

    public FabricPresenter(CinderProject project, SimulatedHost host)
    {
        (_project, _host) = (project, host);
        _host.Array.HasPresentationIdentities = true;
        _host.Array.IdentityAtTarget = project.Host.ReadIdentity;
    }

    public bool HasPresentationIdentities => true;

    public bool HasAccessControl => true;

    public async Task<StorageElement> CreateAsync(string name, string backend)
    {
        _mirrored[name] = _host.Array.Add(name, "", 0, CinderProject.GiB);
        return await _project.CreateAsync(name, backend);
    }

    public async Task<StorageServer> GetServerAsync(CancellationToken cancellationToken) =>
        await _project.Plugin.DiscoverAsync(_project.Server, cancellationToken);

    public Task<StorageElement> GetElementAsync(StorageElement element, CancellationToken cancellationToken) =>
        _project.Plugin.GetInfoAsync(_project.Server, element, cancellationToken);

    public async Task<IReadOnlyList<StorageElement>> ListAsync(CancellationToken cancellationToken) =>
        await _project.Plugin.ListAsync(_project.Server, new(), cancellationToken).ToListAsync(cancellationToken);

    public Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(CancellationToken cancellationToken) =>
        _project.Plugin.GetAccessGroupsAsync(_project.Server, null, cancellationToken);

    public async Task<StorageElement> PresentAsync(StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        var presented = await _project.Plugin.StartPresentAsync(_project.Server, element, groups, cancellationToken);
        _host.Array.TargetOfPlace = (_, _) => presented.LunAddresses.Single().TargetName;
        Mirror(presented, presented.AccessGroupNames);
        return presented;
    }

    public async Task<IReadOnlyList<IscsiTarget>?> StartAsync(StorageElement element, CancellationToken cancellationToken)
    {
        var found = await _project.Plugin.DiscoverAsync(_project.Server, cancellationToken);
        var own = found.IscsiTargets.Where(target => element.LunAddresses.Any(place => place.TargetName == target.TargetName)).ToValueList();
        await _project.Plugin.StartAsync(found with { IscsiTargets = own }, cancellationToken);
        return _host.LogInTo(element);
    }

    public async Task<StorageElement> WithdrawAsync(StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        var targets = (await GetElementAsync(element, cancellationToken)).LunAddresses.Select(place => place.TargetName).ToHashSet();
        Assert.DoesNotContain(_host.Sessions(), session => targets.Contains(session.TargetName)); // this host has let go before
        var left = await _project.Plugin.StopPresentAsync(_project.Server, element, groups, cancellationToken);
        Mirror(left, left.AccessGroupNames);
        return left;
    }

    /// <summary>An administrator ends a volume's attachment. Nobody tells the host.</summary>
    public async Task EndAttachmentAsync(StorageElement element)
    {
        var answer = await _project.AdminAsync(HttpMethod.Get, $"attachments?volume_id={Guid.ParseExact(element.Uuid, "n"):d}");
        var attachments = answer.GetProperty("attachments");
        await _project.AdminAsync(HttpMethod.Delete, $"attachments/{attachments[0].GetProperty("id").GetString()}");
        Mirror(element, []);
    }

    private void Mirror(StorageElement element, ValueList<string> groups) =>
        _host.Array.Change(_mirrored[element.Name], now => now with { AccessGroupNames = groups });
}
