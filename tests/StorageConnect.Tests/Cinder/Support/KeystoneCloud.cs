using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Cinder.Support;

/// <summary>
/// A real Cinder, with the back-end <c>fake</c> alone, behind a real keystone that has the project <c>storage</c> with its member <c>osc</c>.
/// </summary>
public sealed partial class KeystoneCloud : IAsyncDisposable
{
    public const string User = "osc";
    public const string Password = "Member-Canary-7;\"ü";
    public const string Project = "storage";

    private readonly CloudProcess _process = new();
    private readonly int _port = FreePorts.Take();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(2) };
    private bool _isUp;
    private string _adminToken = "";
    private string _project = "";

    public string IdentityUrl => $"http://127.0.0.1:{_port}/v3";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts both services with the first test; the test is skipped where they can't run.</summary>
    public async Task<KeystoneCloud> StartAsync()
    {
        CinderCloud.RequireCinder();
        TgtDaemon.Require("keystone-wsgi-public", "keystone");
        if (!_isUp)
        {
            await _process.StartAsync(monitorPort: 0, _port);
            await SetUpAsync();
            _isUp = true;
        }

        return this;
    }

    /// <summary>What a user enters.</summary>
    public StorageServer Draft(string extra = "Project=storage;Region=RegionOne") => new()
    {
        Uuid = Guid.NewGuid().ToString("n"),
        Name = "cloud",
        StorageType = StorageType.iSCSI,
        AdminHost = IdentityUrl,
        AdminUser = User,
        ExtraInfo = extra,
    };

    /// <summary>A request to the identity service, as its administrator or with a token; returns the answer and the token that it gave.</summary>
    public async Task<(JsonElement Body, string? Token)> IdentityAsync(HttpMethod method, string path, object? body = null, string? token = null,
        Dictionary<string, string>? headers = null)
    {
        try
        {
            return await SendAsync(method, path, body, token, headers);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ResponseEnded)
        {
            return await SendAsync(method, path, body, token, headers); // its small web server ends a connection now and then
        }
    }

    private async Task<(JsonElement Body, string? Token)> SendAsync(HttpMethod method, string path, object? body, string? token,
        Dictionary<string, string>? headers)
    {
        using var request = new HttpRequestMessage(method, $"{IdentityUrl}/{path}");
        request.Headers.ConnectionClose = true; // the service may end a kept connection at the moment of the next request
        if ((token ?? _adminToken) is { Length: > 0 } own)
        {
            request.Headers.TryAddWithoutValidation("X-Auth-Token", own);
        }

        foreach (var (name, value) in headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) { Headers = { ContentType = new("application/json") } };
        }

        using var response = await _http.SendAsync(request, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        return response.IsSuccessStatusCode
            ? (text.Length == 0 ? default : JsonDocument.Parse(text).RootElement,
                response.Headers.TryGetValues("X-Subject-Token", out var values) ? values.Single() : null)
            : throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {text}");
    }

    /// <summary>The id and the secret of a new application credential of the member.</summary>
    public async Task<(string Id, string Secret)> NewApplicationCredentialAsync()
    {
        var (login, token) = await LoginAsync(User, Password, Project);
        var user = login.GetProperty("token").GetProperty("user").GetProperty("id").GetString();
        var (made, _) = await IdentityAsync(HttpMethod.Post, $"users/{user}/application_credentials",
            new { application_credential = new { name = Guid.NewGuid().ToString("n") } }, token);
        var credential = made.GetProperty("application_credential");
        return (credential.GetProperty("id").GetString()!, credential.GetProperty("secret").GetString()!);
    }

    /// <summary>Ends a token before its time.</summary>
    public Task RevokeAsync(string token) =>
        IdentityAsync(HttpMethod.Delete, "auth/tokens", headers: new() { ["X-Subject-Token"] = token });

    /// <summary>Stops the identity service where it is (SIGSTOP), or lets it go on.</summary>
    public async Task SignalIdentityAsync(string signal)
    {
        var id = int.Parse(await File.ReadAllTextAsync(Path.Combine(_process.Folder, "i/run/keystone.pid"), Token), CultureInfo.InvariantCulture);
        using var process = Process.Start("kill", [$"-{signal}", $"{id}"]);
        await process.WaitForExitAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
    }

    private Task<(JsonElement Body, string? Token)> LoginAsync(string user, string password, string project)
    {
        var domain = new { id = "default" };
        var identity = new { methods = new[] { "password" }, password = new { user = new { name = user, domain, password } } };
        return IdentityAsync(HttpMethod.Post, "auth/tokens", new { auth = new { identity, scope = new { project = new { name = project, domain } } } });
    }

    private async Task SetUpAsync()
    {
        var part = await File.ReadAllTextAsync(Path.Combine(_process.Folder, "i/cinder-part.conf"), Token);
        var (_, token) = await LoginAsync("admin", AdminPassword().Match(part).Groups[1].Value, "admin");
        _adminToken = token!;
        var service = await NewAsync("services", "service", new { type = "block-storage", name = "cinder" });
        foreach (var kind in new[] { "public", "internal" })
        {
            await NewAsync("endpoints", "endpoint", new
            {
                service_id = service,
                @interface = kind,
                region_id = "RegionOne",
                url = $"http://127.0.0.1:{_process.ApiPort}/v3/%(project_id)s",
            });
        }

        _project = await NewAsync("projects", "project", new { name = Project, domain_id = "default" });
        var user = await NewAsync("users", "user", new { name = User, domain_id = "default", password = Password });
        var roles = (await IdentityAsync(HttpMethod.Get, "roles?name=member")).Body.GetProperty("roles");
        await IdentityAsync(HttpMethod.Put, $"projects/{_project}/users/{user}/roles/{roles[0].GetProperty("id").GetString()}");

        // With the catalog that has the endpoints now.
        (var admin, token) = await LoginAsync("admin", AdminPassword().Match(part).Groups[1].Value, "admin");
        _adminToken = token!;
        var adminProject = admin.GetProperty("token").GetProperty("project").GetProperty("id").GetString();
        await CinderAsync(HttpMethod.Post, $"{adminProject}/types",
            new { volume_type = new { name = "fake", extra_specs = new Dictionary<string, string> { ["volume_backend_name"] = "fake" } } });
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(50, Token))
        {
            if ((await CinderAsync(HttpMethod.Get, $"{adminProject}/scheduler-stats/get_pools")).GetProperty("pools").GetArrayLength() > 0)
            {
                return;
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < CloudProcess.LongestWork, $"The back-end is not ready: {_process.ReadLog()}");
        }
    }

    private async Task<string> NewAsync(string path, string name, object body) =>
        (await IdentityAsync(HttpMethod.Post, path, new Dictionary<string, object> { [name] = body })).Body.GetProperty(name).GetProperty("id").GetString()!;

    private async Task<JsonElement> CinderAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{_process.ApiPort}/v3/{path}");
        request.Headers.TryAddWithoutValidation("X-Auth-Token", _adminToken);
        request.Headers.TryAddWithoutValidation("OpenStack-API-Version", "volume 3.70");
        request.Content = body is null ? null
            : new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) { Headers = { ContentType = new("application/json") } };
        using var response = await _http.SendAsync(request, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        return response.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement
            : throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {text}\n{_process.ReadLog()}");
    }

    [GeneratedRegex("^password = (.*)$", RegexOptions.Multiline)]
    private static partial Regex AdminPassword();
}
