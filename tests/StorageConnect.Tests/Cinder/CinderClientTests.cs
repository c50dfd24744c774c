using System.Net;
using StorageConnect.Plugins.Cinder.Configuration;
using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Recording;
using Xunit;
using static StorageConnect.Tests.Cinder.Support.ReplayedCinder;

namespace StorageConnect.Tests.Cinder;

/// <summary>Credentials, versions, and what answers mean: against what a real service answered.</summary>
public sealed class CinderClientTests : IDisposable
{
    private const string Password = "Correct-Horse-7";

    private readonly TemporaryFolder _folder = new();
    private readonly ReplayedCinder _cinder = new();
    private readonly Secret _secret = new(Password);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _cinder.Dispose();
        _secret.Dispose();
    }

    [Theory]
    [InlineData("Auth=none", "Project=")]
    [InlineData("Project", "'='")]
    [InlineData("Auth=none;Project=p;Projekt=q", "Projekt")]
    [InlineData("Auth=none;Project=p;Project=q", "twice")]
    [InlineData("Auth=token;Project=p", "Auth=token")]
    [InlineData("Auth=none;Project=p;Interface=outer", "Interface=outer")]
    [InlineData("Auth=none;Project=p;Identity=guess", "Identity=guess")]
    [InlineData("Auth=none;Project=p;Thumbprint=12", "SHA-256")]
    [InlineData("Auth=none;Project=a b", "Project=a b")]
    [InlineData("Auth=none;Project=p\nx", "control character")]
    public async Task Wrong_extra_info_is_refused_with_the_key_before_anything_is_sent(string extraInfo, string part)
    {
        var error = await Expect.FailureAsync<InvalidStorageArrayException>("ExtraInfoInvalid", "cloud",
            () => ValidateAsync(Server() with { ExtraInfo = extraInfo }));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Empty(_cinder.Requests);
    }

    [Theory]
    [InlineData(null, "missing")]
    [InlineData("cinder.example", "http or https")]
    [InlineData("ftp://cinder.example", "http or https")]
    [InlineData("http://user:pass@cinder.example", "-Credential")]
    [InlineData("http://cinder.example/v3?x=1", "query")]
    public async Task A_bad_url_is_refused_before_anything_is_sent(string? url, string part)
    {
        var error = await Expect.FailureAsync<InvalidStorageArrayException>("UrlInvalid", "cloud", () => ValidateAsync(Server() with { AdminHost = url }));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pass@", error.Message, StringComparison.Ordinal);
        Assert.Empty(_cinder.Requests);
    }

    [Theory]
    [InlineData("3.71", "volume 3.70")]
    [InlineData("3.70", "volume 3.70")]
    [InlineData("3.44", "volume 3.44")]
    public async Task The_newest_version_that_both_know_is_spoken(string offered, string spoken)
    {
        Offer(offered);

        await ValidateAsync(Server());

        Assert.All(_cinder.Sent("GET", "/limits$"), request => Assert.Equal(spoken, request.Version));
    }

    [Theory]
    [InlineData("3.43")]
    [InlineData("")]
    public async Task A_service_that_is_too_old_is_refused(string offered)
    {
        Offer(offered);

        var error = await Assert.ThrowsAsync<InvalidStorageArrayException>(() => ValidateAsync(Server()));

        Assert.Equal("TooOld", error.ErrorId);
        Assert.Contains("3.44", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_in_the_body_of_the_login_and_nowhere_else()
    {
        AnswerKeystone(Token);

        await ValidateAsync(Keystone());

        var login = Assert.Single(_cinder.Sent("POST", "/auth/tokens$"));
        Assert.Contains(Password, login.Body, StringComparison.Ordinal);
        Assert.All(_cinder.Requests, request => Assert.DoesNotContain(Password, $"{request.Url} {request.Token}", StringComparison.Ordinal));
        Assert.All(_cinder.Requests.Except([login]), request => Assert.Null(request.Body));
        Assert.All(_cinder.Sent("GET", "/limits$"), request => Assert.Equal("<token>", request.Token));
        Assert.Contains("192b13f8578f486fbb75c7953805049b/limits", Assert.Single(_cinder.Sent("GET", "/limits$")).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_told_without_it()
    {
        AnswerKeystone(() => Captured("keystone-003"));

        var error = await Assert.ThrowsAsync<AuthenticationFailedException>(() => ValidateAsync(Keystone()));

        Assert.DoesNotContain(Password, error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Set-OscStorageServer -Credential", error.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_credential_needs_no_project()
    {
        AnswerKeystone(Token);

        await ValidateAsync(Keystone("Auth=appcredential") with { AdminUser = "48018fc0b1c94c73bf73876f50811b04" });

        var body = Assert.Single(_cinder.Sent("POST", "/auth/tokens$")).Body!;
        Assert.Contains("application_credential", body, StringComparison.Ordinal);
        Assert.DoesNotContain("scope", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, "CinderUnreachable")]
    public async Task A_login_whose_connection_ends_without_an_answer_is_repeated_once(int ends, string? id)
    {
        var logins = 0;
        AnswerKeystone(() => ++logins <= ends ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : Token());

        var error = await Record.ExceptionAsync(() => ValidateAsync(Keystone()));

        Assert.Equal(id, (error as StorageConnectException)?.ErrorId);
        Assert.Equal(2, logins);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_once()
    {
        AnswerKeystone(Token);
        var refused = 1;
        _cinder.On("GET", "/limits$", _ => refused-- > 0 ? Refusal(HttpStatusCode.Unauthorized, "Expired.") : Captured("033"));

        await ValidateAsync(Keystone());

        Assert.Equal(2, _cinder.Sent("POST", "/auth/tokens$").Count());
        _cinder.On("GET", "/limits$", _ => Refusal(HttpStatusCode.Unauthorized, "Revoked."));
        await Assert.ThrowsAsync<AuthenticationFailedException>(() => ValidateAsync(Keystone()));
        Assert.InRange(_cinder.Sent("POST", "/auth/tokens$").Count(), 3, 4);
    }

    [Fact]
    public async Task A_redirect_is_told_and_the_token_goes_nowhere()
    {
        _cinder.On("GET", "/limits$", _ =>
        {
            var answer = Empty(HttpStatusCode.Found);
            answer.Headers.Location = new("http://elsewhere.example/");
            return answer;
        });

        var error = await Assert.ThrowsAsync<InvalidStorageArrayException>(() => ValidateAsync(Server()));

        Assert.Equal("Redirected", error.ErrorId);
        Assert.All(_cinder.Requests, request => Assert.StartsWith(ReplayedCinder.Url, request.Url, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "Policy doesn't allow volume:get to be performed.", typeof(AccessDeniedException))]
    [InlineData(HttpStatusCode.BadRequest, "Malformed request url", typeof(InvalidStorageArrayException))]
    [InlineData(HttpStatusCode.RequestEntityTooLarge, "VolumeLimitExceeded", typeof(LimitExceededException))]
    [InlineData(HttpStatusCode.ServiceUnavailable, "Down.", typeof(ArrayUnreachableException))]
    [InlineData(HttpStatusCode.NotFound, "Volume 1 could not be found.", typeof(NotFoundException))]
    [InlineData(HttpStatusCode.NotFound, "The resource could not be found.", typeof(InvalidStorageArrayException))]
    [InlineData(HttpStatusCode.BadRequest, "Invalid volume: Volume status must be available.", typeof(StorageElementBusyException))]
    [InlineData(HttpStatusCode.Conflict, "In use.", typeof(StorageElementBusyException))]
    public async Task An_answer_becomes_the_error_that_fits_with_its_text(HttpStatusCode status, string text, Type kind)
    {
        _cinder.On("GET", "/limits$", _ => Refusal(status, text));

        var error = await Assert.ThrowsAnyAsync<StorageConnectException>(() => ValidateAsync(Server()));

        Assert.Equal(kind, error.GetType());
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/limits$", true)]
    [InlineData("GET", "/v3/$", true)]
    [InlineData("POST", "/auth/tokens$", true)]
    [InlineData("POST", "/snapshots$", false)] // it may be done
    public async Task A_fault_in_place_of_an_answer_to_a_question_is_one_that_may_pass(string method, string path, bool mayPass)
    {
        AnswerKeystone(Token);
        _cinder.On("GET", "/volumes/detail", _ => Answer(new { volumes = Array.Empty<object>() }));
        _cinder.On("GET", "/snapshots/detail", _ => Answer(new { snapshots = Array.Empty<object>() }));
        _cinder.On("GET", "/volumes/1", _ => Answer(new { volume = new { id = "1", name = "v", status = "available" } }));
        using var plugin = _cinder.NewPlugin(_folder.Path);
        var server = Keystone().WithAdminSecret(_secret);
        foreach (var isPage in new[] { false, true })
        {
            _cinder.On(method, path, _ => isPage
                ? new(HttpStatusCode.OK) { Content = new StringContent("<html>Maintenance</html>") }
                : Refusal(HttpStatusCode.InternalServerError, "Locked."));

            var error = await Assert.ThrowsAsync<InvalidStorageArrayException>(async () =>
            {
                await plugin.ValidateAsync(server, Cancellation);
                await plugin.CreateSnapAsync(server, new() { Uuid = new string('1', 32), Name = "v" }, new() { Name = "s" }, Cancellation);
            });

            Assert.Equal(mayPass, error.Retryable);
        }
    }

    [Fact]
    public async Task A_page_of_something_else_is_told()
    {
        _cinder.On("GET", "/v3/$", _ => new(HttpStatusCode.OK) { Content = new StringContent("<html>Welcome</html>") });

        var error = await Assert.ThrowsAsync<InvalidStorageArrayException>(() => ValidateAsync(Server()));

        Assert.Equal("NoJson", error.ErrorId);
    }

    [Fact]
    public async Task Another_project_of_the_same_name_is_noticed()
    {
        var error = await Assert.ThrowsAsync<InvalidStorageArrayException>(() => ValidateAsync(Server() with { ArrayId = "another" }));

        Assert.Equal("OtherProject", error.ErrorId);
    }

    [Theory]
    [InlineData("6001405bacdafb91f1f454a9fc5a554c", "36001405bacdafb91f1f454a9fc5a554c")]
    [InlineData("naa.6001405BACDAFB91F1F454A9FC5A554C", "36001405bacdafb91f1f454a9fc5a554c")]
    [InlineData("0x5000c50015ea71ac", "35000c50015ea71ac")]
    [InlineData("36001405bacdafb91f1f454a9fc5a554c", "36001405bacdafb91f1f454a9fc5a554c")]
    [InlineData("eui.0025385b71b00001", "20025385b71b00001")]
    [InlineData("442358a3-e07b-4ed6-9e11-45b4d51711c4", "")]
    [InlineData("vol17", "")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void An_identity_is_read_in_the_forms_of_drivers_and_nothing_else_is_one(string? text, string page83) =>
        Assert.Equal(page83, IdentitySource.ToPage83Id(text));

    private static StorageServer Keystone(string extra = "Project=storage") => Server() with
    {
        AdminHost = KeystoneUrl,
        AdminUser = "osc",
        ExtraInfo = extra,
    };

    /// <summary>The token of a real identity service, which has expired long ago, as a new one.</summary>
    private static HttpResponseMessage Token() =>
        Captured("keystone-002", text => text.Replace("\"expires_at\": \"2026-", "\"expires_at\": \"2999-", StringComparison.Ordinal));

    private void AnswerKeystone(Func<HttpResponseMessage> answer) => _cinder.On("POST", "/auth/tokens$", _ => answer());

    private void Offer(string version) => _cinder.On("GET", "/v3/$", _ => Answer(new { versions = new[] { new { version } } }));

    private async Task ValidateAsync(StorageServer server)
    {
        using var plugin = _cinder.NewPlugin(_folder.Path);
        await plugin.ValidateAsync(server.AdminUser is null ? server : server.WithAdminSecret(_secret), Cancellation);
    }
}
