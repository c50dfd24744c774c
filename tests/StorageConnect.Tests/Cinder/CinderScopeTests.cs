using System.Net;
using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Recording;
using Xunit;
using static StorageConnect.Tests.Cinder.Support.ReplayedCinder;

namespace StorageConnect.Tests.Cinder;

/// <summary>One server is one project, also for an administrator, whom the service tells by id what is of others.</summary>
public sealed class CinderScopeTests : IDisposable
{
    private const string Own = "5ea1e57a9e0f4a1c9b0a000000000001";
    private const string Other = "192b13f8578f486fbb75c7953805049b";
    private const string SnapshotId = "9f40c3fe-0a41-4bb5-9d6e-4d6f1c7a0001";
    private const string GroupId = "9f40c3fe-0a41-4bb5-9d6e-4d6f1c7a0002";

    private readonly TemporaryFolder _folder = new();
    private readonly ReplayedCinder _cinder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _cinder.Dispose();
    }

    [Theory]
    [InlineData(Own, true)]
    [InlineData(Other, false)]
    [InlineData("storage", false)]
    public async Task A_volume_of_another_project_is_not_there_though_an_administrator_is_told_it(string project, bool isThere)
    {
        _cinder.On("GET", "/volumes/442358a3", _ => Captured("123", text => text.Replace(Own, project, StringComparison.Ordinal)));
        _cinder.On("DELETE", "", _ => throw new InvalidOperationException("It is another's."));
        using var plugin = _cinder.NewPlugin(_folder.Path);
        var volume = new StorageElement { Uuid = "442358a3e07b4ed69e1145b4d51711c4", Name = "theirs" };

        var listed = await plugin.ListAsync(Server(), new() { Uuid = volume.Uuid }, Cancellation).ToListAsync(Cancellation);

        Assert.Equal(isThere, listed.Count == 1);
        if (!isThere)
        {
            await Expect.FailureAsync<NotFoundException>("StorageElementNotFound", "theirs", () => plugin.GetInfoAsync(Server(), volume, Cancellation));
            await Expect.FailureAsync<NotFoundException>("StorageElementNotFound", "theirs", () => plugin.RemoveAsync(Server(), volume, Cancellation));
        }
    }

    [Fact]
    public async Task A_project_that_is_no_id_is_compared_as_the_service_without_an_identity_service_keeps_it()
    {
        _cinder.On("GET", "/volumes/442358a3", _ => Captured("123", text => text.Replace(Own, "storage", StringComparison.Ordinal)));
        using var plugin = _cinder.NewPlugin(_folder.Path);

        var found = await plugin.GetInfoAsync(Server(project: "storage"), new() { Uuid = "442358a3e07b4ed69e1145b4d51711c4", Name = "ours" }, Cancellation);

        Assert.Equal("osc:storage", Assert.Single(_cinder.Sent("GET", "/volumes/442358a3")).Token); // what a volume's project is taken from
        Assert.Equal("442358a3e07b4ed69e1145b4d51711c4", found.Uuid);
    }

    [Theory]
    [InlineData(SnapshotId)]
    [InlineData(GroupId)]
    public async Task A_snapshot_of_another_project_is_not_there_likewise(string id)
    {
        var project = Own;
        _cinder.On("GET", "/snapshots/", _ => Refusal(HttpStatusCode.NotFound, "Snapshot could not be found."));
        _cinder.On("GET", "/snapshots/detail", _ => Answer(new { snapshots = Array.Empty<object>() }));
        _cinder.On("GET", "/group_snapshots/", _ => Refusal(HttpStatusCode.NotFound, "GroupSnapshot could not be found."));
        _cinder.On("GET", $"/snapshots/{SnapshotId}", _ => Answer(new
        {
            snapshot = new Dictionary<string, object>
            {
                ["id"] = SnapshotId,
                ["name"] = "nightly",
                ["volume_id"] = SnapshotId,
                ["status"] = "available",
                ["os-extended-snapshot-attributes:project_id"] = project,
            },
        }));
        _cinder.On("GET", $"/group_snapshots/{GroupId}", _ => Answer(new
        {
            group_snapshot = new { id = GroupId, status = "available", project_id = project },
        }));
        using var plugin = _cinder.NewPlugin(_folder.Path);
        var snapshot = new StorageElement
        {
            Uuid = id.Replace("-", "", StringComparison.Ordinal),
            Name = "theirs",
            Type = StorageElementType.Snapshot,
        };
        Assert.Equal("available", (await plugin.GetInfoAsync(Server(), snapshot, Cancellation)).Status);

        project = Other;

        await Expect.FailureAsync<NotFoundException>("SnapshotNotFound", "theirs", () => plugin.GetInfoAsync(Server(), snapshot, Cancellation));
        await Expect.FailureAsync<NotFoundException>("SnapshotNotFound", "theirs", () => plugin.SnapRemoveAsync(Server(), snapshot, Cancellation));
    }
}
