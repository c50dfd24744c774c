using System.Globalization;
using StorageConnect.Plugins.Cinder.Register;
using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cinder;

/// <summary>
/// Mixed work of several processes on one project, all killed at any moment. Short here; long runs by hand set STORAGECONNECT_LONG_RUNS to how many
/// kills there are to be.
/// </summary>
[Collection(nameof(CinderCloud))]
public sealed class CinderKillTests(CinderCloud cloud) : IDisposable
{
    private const int MostProcesses = 10; // at once
    private const int Changes = 30;
    private const int LastAwaited = 8;
    private const int ShortRuns = 3;
    private const double LongestStep = 1000; // ms, about what a change takes
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Killed_at_any_moment_what_was_acknowledged_is_there_and_every_attachment_and_volume_is_in_a_record()
    {
        await cloud.StartAsync();
        var kills = LongRun.Count(ShortRuns);
        var processes = Math.Min(kills, MostProcesses);
        for (var seed = 0; seed * processes < kills; seed++)
        {
            var project = CinderCloud.NewProject();
            var server = new CloudServer(cloud.Url, Guid.NewGuid().ToString("n"), $"Auth=none;Project={project};Identity=probe", _folder[$"{seed}"]);
            var random = new Random(seed);
            var last = random.Next(1, LastAwaited);
            var children = Enumerable.Range(0, processes).Select(i => Start(server, (seed * processes) + i, $"{(char)('a' + i)}")).ToList();
            await Task.WhenAny(children.Select(child => child.WaitForAsync(last)));
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * LongestStep), Token);
            children.ForEach(child => child.Kill());
            // Where the machine is so busy that the service doesn't answer in time, that error ends a process as a kill does.
            await Task.WhenAll(children.Select(child => child.EndAsync(
                error => error.Contains("did not answer within", StringComparison.Ordinal))));

            await CheckAsync(server, project, children, seed * processes);
            TestContext.Current.TestOutputHelper?.WriteLine(
                FormattableString.Invariant($"round {seed}: {string.Join(", ", children.Select(child => $"{child.Prefix} after {child.Acknowledged}"))}"));
        }
    }

    private static HistoryProcess Start(CloudServer server, int seed, string prefix) => new(
        new("history", "", [seed.ToString(CultureInfo.InvariantCulture), prefix, Changes.ToString(CultureInfo.InvariantCulture)]) { Cloud = server },
        prefix);

    /// <param name="cloudServer">The service.</param>
    /// <param name="project">The project that they worked on.</param>
    /// <param name="children">The processes.</param>
    /// <param name="firstSeed">The seed of the first one's history; the others' follow.</param>
    private async Task CheckAsync(CloudServer cloudServer, string project, List<HistoryProcess> children, int firstSeed)
    {
        var server = CinderHistory.ServerOf(cloudServer);
        using var plugin = CinderHistory.NewPlugin(cloudServer, new UserspaceHost("iqn.2001-04.com.example:after"));
        var elements = await SettledAsync();
        var groups = await plugin.GetAccessGroupsAsync(server, null, Token);
        foreach (var (i, child) in children.Index())
        {
            var states = CinderHistory.States(firstSeed + i, child.Prefix, Changes).Skip(child.Acknowledged).Take(2).ToList();
            var actual = CinderHistory.StateOf(elements, groups, child.Prefix);
            Assert.True(states.Any(state => state.SequenceEqual(actual)),
                FormattableString.Invariant($"seed {firstSeed + i}, {child.Prefix} killed after {child.Acknowledged}:\n")
                + $"{string.Join('\n', actual)}\nexpected\n{string.Join("\nor\n", states.Select(state => string.Join('\n', state)))}");
        }

        // Every attachment is in the register, or its volume is noted there without the id that never came.
        var register = new RegisterFile(cloudServer.StateFolder, cloudServer.ServerUuid).Read();
        foreach (var attachment in await AttachmentsAsync())
        {
            var noted = register.FindPresentation(attachment.GetProperty("volume_id").GetString()!)?.Attachments.Select(one => one.Id).ToList() ?? [];
            Assert.True(noted.Contains(attachment.GetProperty("id").GetString()) || noted.Contains(null), $"No record knows {attachment}.");
        }

        Assert.All(elements, element => Assert.True(
            children.Any(child => element.Name.StartsWith(child.Prefix, StringComparison.Ordinal)) || element.Name == register.ProbeVolume,
            $"No record knows {element.Name}."));

        // The next commands take back what was half made. What a probe left goes with the next one.
        foreach (var element in elements.Where(one => one.Type != StorageElementType.Snapshot && one.Name != register.ProbeVolume))
        {
            var known = register.FindPresentation(Guid.ParseExact(element.Uuid, "n").ToString("d"))?.GroupIds ?? [];
            await plugin.StopPresentAsync(server, element, [.. register.Groups.Where(group => known.Contains(group.Id)).Select(group => group.Name)], Token);
        }

        if (register.ProbeVolume is not null)
        {
            await plugin.CreateAccessGroupsAsync(server, [new() { Name = "after", Entries = ["iqn.2001-04.com.example:after"] }], Token);
            var element = elements.First(one => one.Type != StorageElementType.Snapshot && one.Name != register.ProbeVolume);
            await plugin.StartPresentAsync(server, element, ["after"], Token);
            await plugin.StopPresentAsync(server, element, ["after"], Token);
        }

        Assert.Empty(await AttachmentsAsync());
        Assert.DoesNotContain(await plugin.ListAsync(server, new(), Token).ToListAsync(Token), element => element.Name == register.ProbeVolume);
        foreach (var element in elements.Where(one => one.Type != StorageElementType.Snapshot && one.Name != register.ProbeVolume))
        {
            await cloud.AdminAsync(HttpMethod.Delete, $"volumes/{Guid.ParseExact(element.Uuid, "n"):d}?cascade=true", project: project);
        }

        async Task<List<System.Text.Json.JsonElement>> AttachmentsAsync() =>
            [.. (await cloud.AdminAsync(HttpMethod.Get, "attachments/detail", project: project)).GetProperty("attachments").EnumerateArray()];

        // What the service had begun goes on without the process that asked for it.
        async Task<List<StorageElement>> SettledAsync()
        {
            var backoff = new Backoff(CloudProcess.LongestWork);
            while (true)
            {
                List<StorageElement> all =
                    [.. await plugin.ListAsync(server, new(), Token).ToListAsync(Token), .. await plugin.GetCurrentSnapsAsync(server, null, Token)];
                if (all.All(element => element.Status is "available" or "in-use" or "reserved" or "attaching" or "detaching"))
                {
                    return all;
                }

                Assert.True(await backoff.WaitAsync(Token), string.Join(", ", all.Select(element => $"{element.Name} is {element.Status}")));
            }
        }
    }
}
