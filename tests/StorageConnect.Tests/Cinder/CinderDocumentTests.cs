using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.MainJob;
using Xunit;

namespace StorageConnect.Tests.Cinder;

/// <summary>The commands of docs/cinder.md, run in their order. Only addresses, the project and this host's name are other ones.</summary>
[Collection(nameof(CinderCloud))]
public sealed class CinderDocumentTests(CinderCloud cloud) : IDisposable
{
    private readonly UserProcesses _user = new();

    public void Dispose() => _user.Dispose();

    [Fact]
    public async Task They_lead_from_a_running_service_to_a_presented_LUN_and_its_copy()
    {
        await cloud.StartAsync();
        var project = CinderCloud.NewProject();
        var blocks = Document.Blocks("docs/cinder.md", "## From a running Cinder to a LUN", "powershell");
        Assert.Equal(3, blocks.Count);

        var output = await _user.RunAsync("$ErrorActionPreference = 'Stop'\n" + (blocks[1] + blocks[2])
            .Replace("http://cinder.example:8776", cloud.Url, StringComparison.Ordinal)
            .Replace("5ea1e57a9e0f4a1c9b0a000000000001", project, StringComparison.Ordinal)
            .Replace("(Get-OscInitiator).Iqn", CinderProject.Initiator, StringComparison.Ordinal));

        Assert.Contains($"attached for {CinderProject.Initiator}", output, StringComparison.Ordinal);
        var volumes = (await cloud.AdminAsync(HttpMethod.Get, "volumes/detail", project: project)).GetProperty("volumes").EnumerateArray()
            .Select(volume => $"{volume.GetProperty("name")} {volume.GetProperty("size")} {volume.GetProperty("status")}").Order(StringComparer.Ordinal);
        Assert.Equal(["data1 100 in-use", "data1-copy 100 available"], volumes);
    }
}
