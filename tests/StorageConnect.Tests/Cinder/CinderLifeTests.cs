using StorageConnect.Tests.Cinder.Support;
using Xunit;

namespace StorageConnect.Tests.Cinder;

/// <summary>The life of LUNs on a real service, with their bytes proven over iSCSI.</summary>
[Collection(nameof(CinderCloud))]
public sealed class CinderLifeTests(CinderCloud cloud)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("stable")]
    [InlineData("tgt")]
    public async Task What_was_written_is_in_the_snapshot_the_clone_and_the_restored_volume(string backend)
    {
        using var project = await CinderProject.NewAsync(cloud);
        var volume = await project.CreateAsync("life", backend);

        await project.UseAsync(volume, "write -P 0x11 0 4096");
        var snapshot = await project.SnapAsync(volume, "before");
        await project.UseAsync(volume, "write -P 0x22 0 4096");
        var clone = await project.CloneAsync(volume, snapshot, "copy");
        await project.UseAsync(clone, "read -P 0x11 0 4096", "write -P 0x33 0 4096");
        await project.UseAsync(volume, "read -P 0x22 0 4096");
        Assert.True(await project.Plugin.IsRestorableAsync(project.Server, snapshot, volume, Token));
        await project.Plugin.SnapRestoreAsync(project.Server, snapshot, volume, Token);
        await project.UseAsync(volume, "read -P 0x11 0 4096");
        var grown = await project.ResizeAsync(clone, 2 * CinderProject.GiB);
        await project.UseAsync(clone, "read -P 0x33 0 4096", $"write -P 0x44 {CinderProject.GiB} 4096");

        Assert.Equal(2 * CinderProject.GiB, grown.SizeBytes);
        await Assert.ThrowsAsync<StorageElementBusyException>(() => project.RemoveAsync(volume));
        await project.RemoveAsync(clone);
        await project.Plugin.SnapRemoveAsync(project.Server, snapshot, Token);
        await project.RemoveAsync(volume);
        Assert.Empty(await project.ListAsync());
    }

    [Fact]
    public async Task Where_identities_move_a_second_volume_has_the_first_ones_and_is_told_apart_by_its_target()
    {
        using var project = await CinderProject.NewAsync(cloud);
        var (one, two) = (await project.CreateAsync("one", "tgt"), await project.CreateAsync("two", "tgt"));

        var first = await project.ConnectAsync(one);
        var identity = project.Host.ReadIdentity(first);
        await project.Host.UseAsync(first, "write -P 0x11 0 4096");
        await project.RevokeAsync(one);
        Assert.Empty(project.Host.Targets); // logged out before the attachment ended
        var second = await project.ConnectAsync(two);

        Assert.Equal(identity, project.Host.ReadIdentity(second));
        Assert.NotEqual(first, second);
        await project.Host.UseAsync(second, "read -P 0 0 4096", "write -P 0x22 0 4096");
        Assert.Equal("", (await project.InfoAsync(one)).Page83Id + (await project.InfoAsync(two)).Page83Id);
        await project.RevokeAsync(two);
        await project.UseAsync(one, "read -P 0x11 0 4096");
    }

    [Fact]
    public async Task Where_identities_stay_the_records_tell_what_the_disk_says()
    {
        using var project = await CinderProject.NewAsync(cloud, "Identity=provider_id");
        var (one, two) = (await project.CreateAsync("one"), await project.CreateAsync("two"));

        var first = await project.ConnectAsync(one);
        Assert.Equal(one.Page83Id, project.Host.ReadIdentity(first));
        var second = await project.ConnectAsync(two);
        Assert.Equal(two.Page83Id, project.Host.ReadIdentity(second));
        await project.RevokeAsync(one);
        await project.RevokeAsync(two);
    }

    [Fact]
    public async Task A_back_end_of_another_transport_or_without_targets_is_refused_and_nothing_stays_attached()
    {
        using var project = await CinderProject.NewAsync(cloud);
        foreach (var (backend, id) in new[] { ("rbd", "TransportUnsupported"), ("fake", "TargetUnknown") })
        {
            var volume = await project.CreateAsync(backend, backend);

            var error = await Assert.ThrowsAsync<NoSuchOperationException>(() => project.GrantAsync(volume));

            Assert.Equal(id, error.ErrorId);
            Assert.Equal("available", (await project.InfoAsync(volume)).Status);
            Assert.Empty((await project.AdminAsync(HttpMethod.Get, "attachments/detail")).GetProperty("attachments").EnumerateArray());
        }
    }

    [Fact]
    public async Task Over_TLS_the_pinned_certificate_is_trusted_and_no_other()
    {
        await cloud.StartAsync();
        using var front = new TlsFront(new Uri(cloud.Url).Port);
        using var other = new TlsFront(new Uri(cloud.Url).Port);
        using var project = await CinderProject.NewAsync(cloud);
        var plain = project.Server with { AdminHost = front.Url };
        var pinned = plain with { ExtraInfo = $"{plain.ExtraInfo};Thumbprint={front.Thumbprint}" };

        await project.Plugin.ValidateAsync(pinned, Token);
        Assert.Empty(await project.Plugin.ListAsync(pinned, new(), Token).ToListAsync(Token));

        foreach (var wrong in new[] { plain, pinned with { AdminHost = other.Url } })
        {
            var error = await Assert.ThrowsAnyAsync<StorageConnectException>(() => project.Plugin.ValidateAsync(wrong, Token));
            Assert.Equal("CertificateRejected", error.ErrorId);
        }
    }
}
