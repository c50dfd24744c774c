using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>What is wrong with a server is one error each, with the way out.</summary>
[Collection(nameof(CephCluster))]
public sealed class CephRegistrationTests(CephCluster cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pool_that_is_missing_or_not_for_images_is_told()
    {
        var other = await cluster.NewPoolAsync(isForImages: false);

        await RefusedAsync<NotFoundException>("PoolNotFound", server => server with { StorageName = "nope" });
        await RefusedAsync<InvalidStorageArrayException>("PoolWithoutApplication", server => server with { StorageName = other });
        await RefusedAsync<InvalidStorageArrayException>("CephConfigurationMissing", server => server with { ExtraInfo = "Conf=/nope/ceph.conf" });
        await RefusedAsync<InvalidStorageArrayException>("ExtraInfoInvalid", server => server with { ExtraInfo = "Config=x" });
    }

    [Fact]
    public async Task A_wrong_key_and_capabilities_that_are_too_small_are_told()
    {
        var pool = await cluster.NewPoolAsync();
        var other = await cluster.NewPoolAsync();
        var name = $"client.{pool}";
        await cluster.CephAsync("auth", "get-or-create", name, "mon", "profile rbd", "osd", $"profile rbd pool={pool}", "mgr", $"profile rbd pool={pool}");
        var key = (await cluster.CephAsync("auth", "print-key", name)).Trim();
        using var secret = new Secret(key);
        using var wrong = new Secret("AQAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAA==");

        // The user's own pool works, without a keyring anywhere.
        using var plugin = await ValidatedAsync(CephArray.ServerFor(cluster, pool) with { AdminUser = pool }, secret);
        await RefusedAsync<AccessDeniedException>("CephCapsTooSmall", server => server with { StorageName = other, AdminUser = pool }, secret);
        await RefusedAsync<AuthenticationFailedException>("CephLoginRejected", server => server with { StorageName = pool, AdminUser = pool }, wrong);
    }

    private static async Task<StorageConnect.Plugins.Ceph.CephPlugin> ValidatedAsync(StorageServer server, Secret secret)
    {
        var plugin = new StorageConnect.Plugins.Ceph.CephPlugin { Services = new(new PluginCache(), new FakeHost()) };
        await plugin.ValidateAsync(server.WithAdminSecret(secret), Token);
        return plugin;
    }

    private async Task RefusedAsync<T>(string errorId, Func<StorageServer, StorageServer> change, Secret? secret = null)
        where T : StorageConnectException
    {
        await cluster.StartAsync();
        using var plugin = new StorageConnect.Plugins.Ceph.CephPlugin { Services = new(new PluginCache(), new FakeHost()) };
        var server = change(CephArray.ServerFor(cluster, "rbd"));
        var error = await Assert.ThrowsAsync<T>(() => plugin.ValidateAsync(secret is null ? server : server.WithAdminSecret(secret), Token));
        Assert.Equal(errorId, error.ErrorId);
        Assert.NotEmpty(error.Recommendation!);
    }
}
