using System.Net;
using System.Text.Json;
using StorageConnect.Plugins.Cinder;
using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Recording;
using Xunit;
using static StorageConnect.Tests.Cinder.Support.ReplayedCinder;

namespace StorageConnect.Tests.Cinder;

/// <summary>Which volumes a snapshot is taken of, and what becomes of one whose answer was lost.</summary>
public sealed class CinderSnapshotTests : IDisposable
{
    private const string Id = "116f4160-2289-4f73-9ca0-52c133c597cc";
    private const string SnapshotId = "9f40c3fe-0a41-4bb5-9d6e-4d6f1c7a0001";
    private const string GroupSnapshotId = "9f40c3fe-0a41-4bb5-9d6e-4d6f1c7a0002";
    private const string GroupId = "9f40c3fe-0a41-4bb5-9d6e-4d6f1c7a0003";

    private readonly TemporaryFolder _folder = new();
    private readonly ReplayedCinder _cinder = new();
    private readonly CinderPlugin _plugin;
    private readonly List<object> _snapshots = [];

    public CinderSnapshotTests()
    {
        _plugin = _cinder.NewPlugin(_folder.Path);
        _cinder.On("GET", "/volumes/detail", _ => Answer(new { volumes = Array.Empty<object>() }));
        _cinder.On("GET", "/snapshots/detail", _ => Answer(new { snapshots = _snapshots }));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static StorageElement Volume => new() { Uuid = Id.Replace("-", "", StringComparison.Ordinal), Name = "data" };

    public void Dispose()
    {
        _plugin.Dispose();
        _folder.Dispose();
        _cinder.Dispose();
    }

    [Theory]
    [InlineData("3.44", "available", false)]
    [InlineData("3.65", "in-use", true)]
    [InlineData("3.66", "in-use", false)]
    [InlineData("3.70", "available", false)]
    public async Task A_snapshot_is_forced_only_where_the_service_takes_none_of_a_volume_in_use_without_it(string version, string status, bool isForced)
    {
        Offer(version, status);
        _cinder.On("POST", "/snapshots$", request => Answer(new { snapshot = SnapshotOf(request) }, HttpStatusCode.Accepted));

        await _plugin.CreateSnapAsync(Server(), Volume, new() { Name = "nightly" }, Cancellation);

        Assert.Equal(isForced, Body(Assert.Single(_cinder.Sent("POST", "/snapshots$"))).TryGetProperty("force", out _));
    }

    [Theory]
    [InlineData("3.44", "reverting")]
    [InlineData("3.65", "restoring-backup")]
    [InlineData("3.65", "error_restoring")]
    [InlineData("3.70", "error")]
    public async Task No_snapshot_is_taken_of_a_volume_that_has_neither_its_old_data_nor_its_new(string version, string status)
    {
        Offer(version, status);

        var error = await Expect.FailureAsync<StorageElementBusyException>("ElementBusy", "data",
            () => _plugin.CreateSnapAsync(Server(), Volume, new() { Name = "nightly" }, Cancellation));

        Assert.Contains(status, error.Message, StringComparison.Ordinal);
        Assert.Empty(_cinder.Sent("POST", ""));
    }

    [Fact]
    public async Task A_snapshot_whose_answer_was_lost_is_found_and_no_second_one_is_made()
    {
        Offer("3.70", "available");
        _cinder.On("POST", "/snapshots$", request =>
        {
            _snapshots.Add(new { id = GroupId, name = "nightly", volume_id = Id, status = "available", metadata = new { osc_request = "another's" } });
            _snapshots.Add(SnapshotOf(request));
            return Refusal(HttpStatusCode.GatewayTimeout, "The proxy did not wait.");
        });

        var made = await _plugin.CreateSnapAsync(Server(), Volume, new() { Name = "nightly" }, Cancellation);

        Assert.Equal(SnapshotId.Replace("-", "", StringComparison.Ordinal), made.Uuid);
        Assert.Equal(-1, made.AsyncProgress);
        Assert.Single(_cinder.Sent("POST", "/snapshots$"));
    }

    [Fact]
    public async Task A_groups_snapshot_whose_answer_was_lost_is_found_by_its_members()
    {
        _cinder.On("GET", $"/volumes/{Id}", _ => Answer(new
        {
            volume = new Dictionary<string, object>
            {
                ["id"] = Id,
                ["name"] = "data",
                ["size"] = 1,
                ["status"] = "available",
                ["group_id"] = GroupId,
                ["os-vol-host-attr:host"] = "osc@array#pool",
            },
        }));
        _cinder.On("GET", $"/groups/{GroupId}", _ => Answer(new { group = new { id = GroupId, name = "g", group_type = "t", volumes = new[] { Id } } }));
        _cinder.On("GET", "/group_types/t", _ => Answer(new
        {
            group_type = new { id = "t", group_specs = new { consistent_group_snapshot_enabled = "<is> True" } },
        }));
        _cinder.On("GET", "/scheduler-stats", _ => Answer(new
        {
            pools = new[] { new { name = "osc@array#pool", capabilities = new { consistent_group_snapshot_enabled = true } } },
        }));
        _cinder.On("POST", "/group_snapshots$", _ =>
        {
            _snapshots.Add(new { id = SnapshotId, name = "all", volume_id = Id, size = 1, status = "creating", group_snapshot_id = GroupSnapshotId });
            throw new HttpRequestException("The connection was reset.");
        });

        var made = await _plugin.CreateMultiSnapAsync(Server(), [Volume], new() { Name = "all" }, Cancellation);

        Assert.Equal(GroupSnapshotId.Replace("-", "", StringComparison.Ordinal), made.Uuid);
        Assert.Equal(-1, made.AsyncProgress);
        Assert.Single(_cinder.Sent("POST", "/group_snapshots$"));
    }

    private static JsonElement Body(SentRequest request) => JsonDocument.Parse(request.Body!).RootElement.GetProperty("snapshot");

    private static object SnapshotOf(SentRequest request) => new
    {
        id = SnapshotId,
        name = Body(request).GetProperty("name").GetString(),
        volume_id = Body(request).GetProperty("volume_id").GetString(),
        size = 1,
        status = "creating",
        metadata = Body(request).GetProperty("metadata"),
    };

    private void Offer(string version, string status)
    {
        _cinder.On("GET", "/v3/$", _ => Answer(new { versions = new[] { new { version } } }));
        _cinder.On("GET", $"/volumes/{Id}", _ => Answer(new { volume = new { id = Id, name = "data", size = 1, status } }));
    }
}
