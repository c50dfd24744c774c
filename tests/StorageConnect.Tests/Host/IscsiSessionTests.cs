using StorageConnect.Host.Iscsi;
using Xunit;

namespace StorageConnect.Tests.Host;

public sealed class IscsiSessionTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("10.0.0.1:3260,1", "10.0.0.1:3260")]
    [InlineData("10.0.0.1", "10.0.0.1:3260")]
    [InlineData("10.0.0.1:860", "10.0.0.1:860")]
    [InlineData("[fd00:0:0::1]:3261,2", "[fd00::1]:3261")]
    [InlineData("fd00::0:1", "[fd00::1]:3260")]
    [InlineData("array.example:3260", "array.example:3260")]
    public void A_portal_is_read_in_every_way_it_is_written(string text, string expected)
    {
        Assert.True(IscsiPortal.TryParse(text, out var portal));
        Assert.Equal(expected, portal.ToString());
        Assert.True(IscsiPortal.TryParse(expected, out var again));
        Assert.Equal(portal, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("10.0.0.1:0")]
    [InlineData("10.0.0.1:70000")]
    [InlineData("10.0.0.1:x")]
    [InlineData("[]:3260")]
    public void What_is_no_portal_is_none(string? text) => Assert.False(IscsiPortal.TryParse(text, out _));

    [Fact]
    public void Sessions_are_read_from_sysfs_with_their_host_and_portal()
    {
        _host.AddSession(1, host: 4, "iqn.2026-01.lab.test:t1", "10.99.0.1", 3260);
        _host.AddSession(12, host: 5, "iqn.2026-01.lab.test:t1", "fd00::1", 3261, "FAILED");

        var sessions = IscsiSession.ReadAll(_host.Roots);

        Assert.Equal(2, sessions.Count);
        Assert.Equal(new(1, "iqn.2026-01.lab.test:t1", new("10.99.0.1", 3260), 1, "default", null, "LOGGED_IN", 4, 0), sessions[0]);
        Assert.True(sessions[0].IsLoggedIn);
        Assert.Equal((12, "[fd00::1]:3261", false, 5), (sessions[1].Id, sessions[1].Portal.ToString(), sessions[1].IsLoggedIn, sessions[1].Host));
    }

    [Fact]
    public void A_host_without_the_iscsi_transport_has_no_sessions() => Assert.Empty(IscsiSession.ReadAll(_host.Roots));

    [Fact]
    public void A_session_that_goes_while_it_is_read_is_left_out()
    {
        _host.AddSession(1, host: 4, "iqn.2026-01.lab.test:t1", "10.99.0.1", 3260);
        Directory.Delete(_host.At("sys/class/iscsi_connection/connection1:0"), recursive: true);

        Assert.Empty(IscsiSession.ReadAll(_host.Roots));
        Assert.DoesNotContain(IscsiSession.ReadAll(_host.Roots), session => session.Id == 7);
    }
}
