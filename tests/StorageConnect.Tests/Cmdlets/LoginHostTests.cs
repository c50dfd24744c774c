using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>New-OscAccessContext takes a host as people have it at hand, and refuses what is none.</summary>
[Collection(ModuleSessions.Name)]
public sealed class LoginHostTests : IDisposable
{
    private readonly ModuleSession _session = new();

    [Theory]
    [InlineData("filer1", "filer1", 3260)]
    [InlineData("filer1:3261", "filer1", 3261)]
    [InlineData("192.0.2.1:3262", "192.0.2.1", 3262)]
    [InlineData(" 192.0.2.1 ", "192.0.2.1", 3260)]
    [InlineData("fd00::5", "fd00::5", 3260)]
    [InlineData("[fd00::5]", "fd00::5", 3260)]
    [InlineData("[fd00::5]:3261", "fd00::5", 3261)]
    public void Host_and_port_are_taken_apart(string given, string host, int port)
    {
        var context = Assert.Single(_session.Get<AccessContext>("New-OscAccessContext $given", ("given", given)));

        Assert.Equal((host, port), (context.Host, context.Port));
    }

    [Theory]
    [InlineData("https://filer1/api")]
    [InlineData("iscsi://192.0.2.1:3260")]
    [InlineData("filer1/x")]
    [InlineData("filer1:0")]
    [InlineData("filer1:70000")]
    [InlineData("filer1:http")]
    [InlineData("filer1:")]
    [InlineData(":3260")]
    [InlineData("fd00::zz")]
    [InlineData("two words")]
    [InlineData("a,b")]
    [InlineData(" ")]
    public void What_is_no_host_is_refused_with_the_way_out(string given) =>
        Assert.Contains("filer1:3261", _session.Invoke("New-OscAccessContext $given", ("given", given)).Error("HostNameInvalid").ErrorDetails.RecommendedAction,
            StringComparison.Ordinal);

    [Fact]
    public void Two_ports_are_one_too_many()
    {
        _session.Invoke("New-OscAccessContext filer1:3261 -Port 3262").Error("HostNameInvalid");
        Assert.Equal(3261, Assert.Single(_session.Get<AccessContext>("New-OscAccessContext filer1:3261 -Port 3261")).Port);
    }

    [Theory]
    [InlineData("x", 1)]
    [InlineData("elevenchars", 1)]
    [InlineData("twelve-chars", 0)]
    [InlineData("seventeen-letters", 1)]
    public void A_CHAP_secret_that_many_refuse_is_a_warning(string secret, int warnings)
    {
        var outcome = _session.Invoke(
            """
            $secure = [securestring]::new(); $secret.ToCharArray() | ForEach-Object { $secure.AppendChar($_) }
            New-OscAccessContext filer1 -ChapCredential ([pscredential]::new('user', $secure))
            """,
            ("secret", secret));

        outcome.Succeeds();
        Assert.Equal(warnings, outcome.Warnings.Count);
        Assert.All(outcome.Warnings, warning => Assert.DoesNotContain(secret + " ", warning.Message, StringComparison.Ordinal));
    }

    public void Dispose() => _session.Dispose();
}
