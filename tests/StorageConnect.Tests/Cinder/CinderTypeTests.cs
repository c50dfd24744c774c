using System.Net;
using System.Text.Json;
using StorageConnect.Plugins.Cinder;
using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Recording;
using Xunit;
using static StorageConnect.Tests.Cinder.Support.ReplayedCinder;

namespace StorageConnect.Tests.Cinder;

/// <summary>Which volume type a request means, and what a type that can't keep it is answered.</summary>
public sealed class CinderTypeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ReplayedCinder _cinder = new();
    private readonly CinderPlugin _plugin;

    public CinderTypeTests()
    {
        _plugin = _cinder.NewPlugin(_folder.Path);
        _cinder.On("GET", "/snapshots/detail", _ => Answer(new { snapshots = Array.Empty<object>() }));
        _cinder.On("GET", "/volumes/detail", _ => Answer(new { volumes = Array.Empty<object>() }));
        _cinder.On("POST", "/volumes$", _ => Answer(
            new { volume = new { id = "40d1c75f-61fd-4c9a-a682-5c087892c41f", name = "v", size = 1, status = "creating" } }, HttpStatusCode.Accepted));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _plugin.Dispose();
        _folder.Dispose();
        _cinder.Dispose();
    }

    [Fact]
    public async Task A_volume_group_is_the_back_end_of_that_name_and_not_a_type_of_that_name_on_another_one()
    {
        Offer(
            new { id = "1", name = "ssd", extra_specs = new { volume_backend_name = "nvme" } },
            new { id = "2", name = "gold", extra_specs = new { volume_backend_name = "ssd" } });

        await CreateAsync("ssd");

        Assert.Equal("gold", CreatedType());
        await Expect.FailureAsync<InvalidRequestException>("VolumeTypeElsewhere", "ssd", () => CreateAsync("ssd", "ssd"));
    }

    [Fact]
    public async Task Where_no_back_end_has_the_name_the_type_of_that_name_is_meant()
    {
        Offer(
            new { id = "1", name = "ssd", extra_specs = new { volume_backend_name = "nvme" } },
            new { id = "2", name = "plain", extra_specs = (object?)null });

        await CreateAsync("ssd", "ssd");
        Assert.Equal("ssd", CreatedType());
        await CreateAsync("plain");
        Assert.Equal("plain", CreatedType());
    }

    [Theory]
    [InlineData("gold", true)]
    [InlineData(null, true)]
    [InlineData("plain", false)] // says nothing: then it is the type's matter
    public async Task A_thick_volume_is_refused_where_the_type_says_thin_also_where_it_is_the_services_default(string? qos, bool isRefused)
    {
        var thin = new Dictionary<string, object>
        {
            ["id"] = "1",
            ["name"] = "gold",
            ["extra_specs"] = new Dictionary<string, string> { ["provisioning:type"] = "thin" },
        };
        Offer(thin, new { id = "2", name = "plain", extra_specs = new { } });
        _cinder.On("GET", "/types/default$", _ => Answer(new { volume_type = thin }));

        if (isRefused)
        {
            var error = await Expect.FailureAsync<NoSuchOperationException>("ThickUnsupported", "cloud", () => CreateAsync(null, qos, thin: false));
            Assert.Contains("'gold'", error.Message, StringComparison.Ordinal);
        }
        else
        {
            await CreateAsync(null, qos, thin: false);
        }

        Assert.Equal(isRefused ? 0 : 1, _cinder.Sent("POST", "/volumes$").Count());
    }

    [Fact]
    public async Task Where_the_service_has_no_default_type_a_thick_volume_is_left_to_it()
    {
        _cinder.On("GET", "/types/default$", _ => Refusal(HttpStatusCode.NotFound, "Default volume type can not be found."));

        await CreateAsync(thin: false);

        Assert.Null(CreatedType());
    }

    [Fact]
    public async Task A_volume_for_several_hosts_is_not_asked_to_change_to_a_type_of_another_back_end()
    {
        AnswerVolume(true, true);

        await Expect.FailureAsync<InvalidRequestException>("VolumeTypeElsewhere", "shared1", () => SetQosAsync("fake"));

        Assert.Empty(_cinder.Sent("POST", "/action$"));
    }

    [Fact]
    public async Task A_refused_change_of_the_type_that_took_multiattach_says_so()
    {
        AnswerVolume(true, false);
        Offer(new { id = "1", name = "shared", extra_specs = new { } }, new { id = "2", name = "fake", extra_specs = new { } }); // as a member sees them

        var error = await Expect.FailureAsync<LimitExceededException>("OperationFailed", "shared1", () => SetQosAsync("fake"));

        Assert.Contains("no longer multiattach", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_that_lost_multiattach_is_not_said_to_have_a_type_without_it()
    {
        AnswerVolume(false);
        await _plugin.CreateAccessGroupsAsync(
            Server(), [new() { Name = "two", Entries = ["iqn.1994-05.com.example:a", "iqn.1994-05.com.example:b"] }], Cancellation);

        var error = await Expect.FailureAsync<LimitExceededException>("NotMultiattach", "shared1",
            () => _plugin.StartPresentAsync(Server(), Shared, ["two"], Cancellation));

        Assert.Contains("it is not multiattach (volume type 'shared')", error.Message, StringComparison.Ordinal);
        Assert.Contains("that the back-end refused takes multiattach", error.Recommendation, StringComparison.Ordinal);
    }

    private static StorageElement Shared => new() { Uuid = "814dfef64ac741ccad5830615bb0018c", Name = "shared1" };

    private Task SetQosAsync(string type) => _plugin.SetQosAsync(Server(), Shared, type, Cancellation);

    /// <summary>A volume of the type 'shared', which is multiattach before and after a change that the service accepts and does not do.</summary>
    private void AnswerVolume(bool before, bool? after = null)
    {
        var now = before;
        _cinder.On("GET", "/volumes/814dfef6", _ => Captured("174",
            text => text.Replace("\"multiattach\": false", now ? "\"multiattach\": true" : "\"multiattach\": false", StringComparison.Ordinal)));
        _cinder.On("POST", "/volumes/814dfef6.*/action$", _ =>
        {
            now = after ?? before;
            return Empty(HttpStatusCode.Accepted);
        });
    }

    private void Offer(params object[] types) => _cinder.On("GET", "/types\\?", _ => Answer(new { volume_types = types }));

    private Task<StorageElement> CreateAsync(string? group = null, string? qos = null, bool thin = true) =>
        _plugin.CreateAsync(Server(), new() { Name = "v", SizeBytes = 1, VolumeGroupName = group }, thin, qos, Cancellation);

    private string? CreatedType() =>
        JsonDocument.Parse(_cinder.Sent("POST", "/volumes$").Last().Body!).RootElement.GetProperty("volume").TryGetProperty("volume_type", out var type)
            ? type.GetString()
            : null;
}
