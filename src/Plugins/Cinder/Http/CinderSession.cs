using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using StorageConnect.Plugins.Cinder.Configuration;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Http;

/// <summary>
/// The block storage service as one user of one project: logs in, finds the version of the API that both sides speak, and sends requests with them. A
/// token that is refused is renewed once.
/// </summary>
internal sealed class CinderSession(CinderAddress address, Secret? secret, ServiceConnection connection) : IDisposable
{
    /// <summary>The oldest version with all that is used: attachments that are completed.</summary>
    private const int Lowest = 44;

    /// <summary>The newest version whose meaning is known here.</summary>
    private const int Highest = 70;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ExpiryMargin = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Opened? _opened;

    /// <summary>The identity of the project, without logging in when this was done before.</summary>
    public async Task<Login> OpenAsync(CancellationToken cancellationToken) => (await OpenAsync(null, cancellationToken)).Login;

    /// <summary>The version spoken, such as 3.70.</summary>
    public async Task<string> GetVersionAsync(CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(null, cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"3.{opened.Minor}");
    }

    public void Dispose()
    {
        connection.Dispose();
        _turn.Dispose();
    }

    /// <summary>Sends a request below the project's URL; the answer is a success.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">What follows the project in the URL.</param>
    /// <param name="body">What is sent as JSON; null: nothing.</param>
    /// <param name="subject">The name of what it is about, for errors.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ServiceAnswer> SendAsync(HttpMethod method, string path, object? body, string? subject, CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(null, cancellationToken);
        var answer = await SendOnceAsync(opened, method, path, body, cancellationToken);
        if (answer.Status == HttpStatusCode.Unauthorized && address.Auth != AuthKind.None)
        {
            opened = await OpenAsync(opened, cancellationToken);
            answer = await SendOnceAsync(opened, method, path, body, cancellationToken);
        }

        return answer.IsSuccess
            ? answer
            : throw AnswerErrors.ToError(ServiceOf(opened.Login), subject, answer.Status, AnswerErrors.ReadText(answer.Body), method == HttpMethod.Get);
    }

    /// <summary>As <see cref="SendAsync"/>, and reads the answer.</summary>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, string? subject, CancellationToken cancellationToken) =>
        (await SendAsync(method, path, body, subject, cancellationToken)).Read<T>("the block storage service", method == HttpMethod.Get);

    private static string ServiceOf(Login login) => $"the block storage service at {TokenRequest.RootOf(login.Endpoint)}";

    private async Task<ServiceAnswer> SendOnceAsync(Opened opened, HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = NewRequest(method, $"{opened.Login.Endpoint}/{path}", opened.Login.Token);
        request.Headers.TryAddWithoutValidation("OpenStack-API-Version", string.Create(CultureInfo.InvariantCulture, $"volume 3.{opened.Minor}"));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), ServiceAnswer.Json));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return await connection.SendAsync(request, ServiceOf(opened.Login), Time, cancellationToken);
    }

    private static HttpRequestMessage NewRequest(HttpMethod method, string url, string token)
    {
        var request = new HttpRequestMessage(method, url);
        request.Headers.TryAddWithoutValidation("X-Auth-Token", token);
        return request;
    }

    /// <summary>What is open, or a new login where nothing is, where the token expires, or where <paramref name="refused"/> is what is open.</summary>
    private async Task<Opened> OpenAsync(Opened? refused, CancellationToken cancellationToken)
    {
        if (_opened is { } open && !IsStale(open))
        {
            return open;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_opened is { } present && !IsStale(present))
            {
                return present;
            }

            var login = await new TokenRequest(address, secret, connection).LoginAsync(cancellationToken);
            return _opened = new(login, _opened?.Minor ?? await NegotiateAsync(login, cancellationToken));
        }
        finally
        {
            _turn.Release();
        }

        bool IsStale(Opened one) => ReferenceEquals(one, refused) || one.Login.ExpiresAt < DateTimeOffset.UtcNow + ExpiryMargin;
    }

    private async Task<int> NegotiateAsync(Login login, CancellationToken cancellationToken)
    {
        var service = ServiceOf(login);
        using var request = NewRequest(HttpMethod.Get, TokenRequest.RootOf(login.Endpoint), login.Token);
        var answer = await connection.SendAsync(request, service, Time, cancellationToken);
        if (!answer.IsSuccess && answer.Status != HttpStatusCode.MultipleChoices)
        {
            throw AnswerErrors.ToError(service, null, answer.Status, AnswerErrors.ReadText(answer.Body), isQuestion: true);
        }

        var newest = answer.Read<VersionList>(service, isQuestion: true).Versions.Select(one => one.Version)
            .FirstOrDefault(text => text.StartsWith("3.", StringComparison.Ordinal));
        if (newest is null || !int.TryParse(newest.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var minor) || minor < Lowest)
        {
            throw AnswerErrors.TooOld(service, string.IsNullOrEmpty(newest) ? "3.0 or none" : newest);
        }

        return Math.Min(minor, Highest);
    }

    private sealed record Opened(Login Login, int Minor);

    private sealed record VersionList
    {
        public IReadOnlyList<VersionBody> Versions { get; init; } = [];
    }

    private sealed record VersionBody
    {
        public string Version { get; init; } = "";
    }
}
