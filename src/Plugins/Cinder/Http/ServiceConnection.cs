using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Http;

/// <summary>One service over HTTP: sends a request once, reads the whole answer, follows no redirect.</summary>
internal sealed class ServiceConnection : IDisposable
{
    private const int LargestAnswer = 64 << 20;
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(5);
    private readonly HttpClient _http;

    /// <param name="thumbprint">The SHA-256 of the one certificate that is trusted; null: the system's trust store decides.</param>
    public ServiceConnection(string? thumbprint)
        : this(NewHandler(thumbprint))
    {
    }

    internal ServiceConnection(HttpMessageHandler handler) =>
        _http = new(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LargestAnswer };

    public void Dispose() => _http.Dispose();

    /// <summary>Sends a request and reads its answer, of whatever status.</summary>
    /// <param name="request">The request. It is not disposed of.</param>
    /// <param name="service">What is asked, for errors.</param>
    /// <param name="timeout">How long connection, request and answer may take together.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArrayUnreachableException">There was no answer, or none in time. The service may have done what was asked.</exception>
    /// <exception cref="InvalidStorageArrayException">The server's certificate is not trusted.</exception>
    public async Task<ServiceAnswer> SendAsync(HttpRequestMessage request, string service, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token);
            var token = response.Headers.TryGetValues("X-Subject-Token", out var values) ? values.FirstOrDefault() : null;
            return new(response.StatusCode, await response.Content.ReadAsByteArrayAsync(limit.Token), token, response.Headers.Date);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw AnswerErrors.Unreachable(service, $"it did not answer within {timeout.TotalSeconds:0} seconds.", e);
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException certificate)
        {
            throw AnswerErrors.CertificateRejected(service, certificate.Message, e);
        }
        catch (HttpRequestException e)
        {
            throw AnswerErrors.Unreachable(service, $"{(e.InnerException ?? e).Message}.", e);
        }
    }

    private static SocketsHttpHandler NewHandler(string? thumbprint)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // the token would go along
            UseCookies = false,
            ConnectTimeout = ConnectTime,
            PooledConnectionLifetime = ConnectionLife,
        };
        if (thumbprint is not null)
        {
            // Pinning replaces the trust store: a certificate of one's own has no authority above it.
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate is not null && Convert.ToHexString(SHA256.HashData(certificate.GetRawCertData())) == thumbprint,
            };
        }

        return handler;
    }
}

/// <summary>An answer as it came.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Body">Its body.</param>
/// <param name="SubjectToken">The token in its headers, where the identity service gives one.</param>
/// <param name="Date">The service's clock.</param>
internal sealed record ServiceAnswer(System.Net.HttpStatusCode Status, byte[] Body, string? SubjectToken, DateTimeOffset? Date)
{
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowReadingFromString,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <param name="service">What was asked, for errors.</param>
    /// <param name="isQuestion">As in <see cref="AnswerErrors.ToError"/>.</param>
    /// <exception cref="InvalidStorageArrayException">The body is no such object.</exception>
    public T Read<T>(string service, bool isQuestion = false)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Body, Json) ?? throw AnswerErrors.NoJson(service, null, isQuestion);
        }
        catch (JsonException e)
        {
            // Its message can quote the answer: the cause stays, the text doesn't.
            throw AnswerErrors.NoJson(service, new JsonException($"at '{e.Path}'"), isQuestion);
        }
    }
}
