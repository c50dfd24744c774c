using StorageConnect.Plugins.Cinder.Register;
using StorageConnect.Tests.Cinder.Support;
using Xunit;

namespace StorageConnect.Tests.Cinder;

/// <summary>Identities that are proven by probes, on real back-ends: one where they stay with volumes, and one where they move.</summary>
[Collection(nameof(CinderCloud))]
public sealed class CinderProbeTests(CinderCloud cloud)
{
    private const string Probe = "Identity=probe";

    [Fact]
    public async Task Where_they_stay_a_presented_volume_has_the_identity_that_the_disk_shows()
    {
        using var project = await CinderProject.NewAsync(cloud, Probe);
        var (one, two) = (await project.CreateAsync("one"), await project.CreateAsync("two"));
        Assert.Equal("", one.Page83Id);

        var presented = await project.GrantAsync(one);
        var target = await project.ConnectAsync(one);

        Assert.Equal(project.Host.ReadIdentity(target), presented.Page83Id);
        Assert.Equal(new(Assert.Single(Register(project).Backends).Name, true), Register(project).Backends[0]);
        await project.RevokeAsync(one);
        await project.UseAsync(two, "write -P 0x11 0 4096");
        var listed = await project.ListAsync();
        Assert.Equal(["one", "two"], listed.Select(element => element.Name)); // the second volume of the probe is gone
        Assert.Equal(2, listed.Select(element => element.Page83Id).Where(id => id.Length > 0).Distinct().Count());
        Assert.Single(project.Log.Lines, line => line.Contains("identities stay", StringComparison.Ordinal));

        Assert.Equal(presented.Page83Id, (await project.InfoAsync(one)).Page83Id);
        await project.RemoveAsync(one);
        Assert.Single(Register(project).Identities);
    }

    [Fact]
    public async Task Where_they_move_no_volume_ever_has_one()
    {
        using var project = await CinderProject.NewAsync(cloud, Probe);
        var (one, two) = (await project.CreateAsync("one", "tgt"), await project.CreateAsync("two", "tgt"));

        await project.UseAsync(one, "write -P 0x11 0 4096");
        var logins = project.Host.Actions.Count;
        await project.UseAsync(two, "read -P 0 0 4096");
        await project.UseAsync(one, "read -P 0x11 0 4096");

        Assert.Equal("", string.Concat((await project.ListAsync()).Select(element => element.Page83Id)));
        Assert.False(Assert.Single(Register(project).Backends).Stays);
        Assert.Equal(4, project.Host.Actions.Count - logins); // nothing is probed any more
        Assert.Equal(2, (await project.ListAsync()).Count);
    }

    [Fact]
    public async Task An_identity_that_moves_after_all_is_trusted_no_more_and_neither_are_the_others_of_its_back_end()
    {
        using var project = await CinderProject.NewAsync(cloud, Probe);
        var (one, two) = (await project.CreateAsync("one"), await project.CreateAsync("two"));
        await project.UseAsync(one, "read -P 0 0 4096");
        await project.UseAsync(two, "read -P 0 0 4096");
        Assert.Equal(2, Register(project).Identities.Count);
        var file = new RegisterFile(project.StateFolder, project.Server.Uuid);
        var register = file.Read();
        file.Write(register with { Identities = [.. register.Identities.Select(known => known with { Page83Id = $"36{new string('1', 31)}" })] });

        await project.ConnectAsync(one);

        Assert.Equal("", string.Concat((await project.ListAsync()).Select(element => element.Page83Id)));
        Assert.False(Assert.Single(Register(project).Backends).Stays);
        Assert.Contains(project.Log.Lines, line => line.Contains("do not stay", StringComparison.Ordinal));
        await project.RevokeAsync(one);
    }

    [Fact]
    public async Task A_probe_that_fails_proves_nothing_leaves_nothing_and_the_volume_is_presented_all_the_same()
    {
        using var project = await CinderProject.NewAsync(cloud, Probe);
        await cloud.AdminAsync(HttpMethod.Put, $"os-quota-sets/{project.Id}", new { quota_set = new { volumes = 1 } });
        var volume = await project.CreateAsync("one");

        var presented = await project.GrantAsync(volume);

        Assert.Equal(("", "in-use"), (presented.Page83Id, presented.Status));
        Assert.Contains(project.Log.Lines, line => line.Contains("could not be proven", StringComparison.Ordinal));
        Assert.Empty(Register(project).Backends);
        Assert.Null(Register(project).ProbeVolume);
        Assert.Single(await project.ListAsync());
        await project.RevokeAsync(volume);
        Assert.Empty((await project.AdminAsync(HttpMethod.Get, "attachments/detail")).GetProperty("attachments").EnumerateArray());
        Assert.Empty(project.Host.Targets);
    }

    [Fact]
    public async Task What_a_killed_probe_left_goes_with_the_next_presentation()
    {
        using var project = await CinderProject.NewAsync(cloud, Probe);
        var (volume, left) = (await project.CreateAsync("one"), await project.CreateAsync("osc-probe-left"));
        var file = new RegisterFile(project.StateFolder, project.Server.Uuid);
        file.Write(file.Read() with { ProbeVolume = left.Name });

        await project.GrantAsync(volume);

        Assert.Equal("one", Assert.Single(await project.ListAsync()).Name);
        Assert.Null(Register(project).ProbeVolume);
        await project.RevokeAsync(volume);
        await project.RemoveAsync(volume);
    }

    private static Registrations Register(CinderProject project) => new RegisterFile(project.StateFolder, project.Server.Uuid).Read();
}
