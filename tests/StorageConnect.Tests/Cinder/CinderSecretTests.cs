using System.Management.Automation;
using System.Text.Json;
using StorageConnect.Tests.Cinder.Support;
using Xunit;

namespace StorageConnect.Tests.Cinder;

/// <summary>The CHAP secrets of a real service's volumes go to the login of this host, and nowhere else.</summary>
[Collection(nameof(CinderCloud))]
public sealed class CinderSecretTests(CinderCloud cloud)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_volumes_secret_is_in_no_record_no_file_no_error_and_no_line_of_the_log()
    {
        using var project = await CinderProject.NewAsync(cloud, "Identity=probe");
        var volume = await project.CreateAsync("data");
        var target = await project.ConnectAsync(volume);
        var found = await project.Plugin.DiscoverAsync(project.Server, Token);
        var status = await project.Plugin.GetStatusAsync(project.Server, volume, Token);
        var presented = await project.InfoAsync(volume);
        project.Host.RefusesLogins = true;
        await project.Host.LogoutAsync(found.IscsiTargets.Single(one => one.TargetName == target), Token);
        var refused = await Assert.ThrowsAsync<AuthenticationFailedException>(() => project.Plugin.StartAsync(found, Token));
        await project.RevokeAsync(volume);
        await project.RemoveAsync(volume);

        Assert.NotEmpty(project.Host.Secrets);
        object[] records = [found, presented, await project.Plugin.GetInfoAsync(project.Server, Token)];
        string[] seen =
        [
            .. records.Select(record => JsonSerializer.Serialize(record)), .. records.Select(record => PSSerializer.Serialize(record)),
            status, refused.ToString(),
            .. project.Log.Lines,
            .. Directory.EnumerateFiles(project.StateFolder, "*", SearchOption.AllDirectories).Select(File.ReadAllText),
        ];
        Assert.All(seen, text => Assert.All(project.Host.Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)));
    }
}
