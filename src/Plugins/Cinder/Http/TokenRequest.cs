using System.Buffers;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using StorageConnect.Plugins.Cinder.Configuration;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Http;

/// <summary>What a login gave: a token, and where the block storage service is.</summary>
/// <param name="Token">The value of X-Auth-Token. A secret.</param>
/// <param name="Endpoint">The block storage service, with the project, without a slash at its end.</param>
/// <param name="ProjectId">The project's id.</param>
/// <param name="ProjectName">The project's name.</param>
/// <param name="ExpiresAt">When the token expires; null: never.</param>
internal sealed record Login(string Token, string Endpoint, string ProjectId, string ProjectName, DateTimeOffset? ExpiresAt)
{
    /// <summary>Without the token.</summary>
    public override string ToString() => $"project {ProjectId} at {Endpoint}";
}

/// <summary>Gets tokens.</summary>
internal sealed class TokenRequest(CinderAddress address, Secret? secret, ServiceConnection connection)
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(30);
    private static readonly string[] ServiceTypes = ["block-storage", "block-store", "volumev3"];

    private string Service => $"the identity service at {address.Url.GetLeftPart(UriPartial.Path)}";

    /// <exception cref="AuthenticationFailedException">The identity service does not accept the credentials.</exception>
    /// <exception cref="InvalidStorageArrayException">There is no block storage service for the project, or the URL leads elsewhere.</exception>
    public async Task<Login> LoginAsync(CancellationToken cancellationToken)
    {
        if (address.Auth == AuthKind.None)
        {
            // In its standard configuration the service takes only hex digits and dashes as a project in a URL; since 3.67 none is needed there.
            var root = RootOf(address.Url.GetLeftPart(UriPartial.Path));
            var name = address.Project!;
            var endpoint = name.All(letter => char.IsAsciiHexDigitLower(letter) || letter == '-') ? root + name : root.TrimEnd('/');
            return new($"osc:{name}", endpoint, name, name, null);
        }

        ServiceAnswer answer;
        try
        {
            answer = await SendAsync(cancellationToken);
        }
        catch (ArrayUnreachableException e) when (IsCutOff(e.InnerException))
        {
            answer = await SendAsync(cancellationToken); // small web servers and load balancers cut a connection off now and then; a second token does no harm
        }

        if (!answer.IsSuccess || answer.SubjectToken is null)
        {
            throw answer.IsSuccess
                ? AnswerErrors.NoJson(Service, null, isQuestion: true)
                : AnswerErrors.ToError(Service, null, answer.Status, AnswerErrors.ReadText(answer.Body), isQuestion: true);
        }

        var token = answer.Read<TokenEnvelope>(Service, isQuestion: true).Token ?? throw AnswerErrors.NoJson(Service, null, isQuestion: true);
        var project = token.Project ?? throw AnswerErrors.NoProject(Service);
        return new(answer.SubjectToken, FindEndpoint(token, project).TrimEnd('/'), project.Id, project.Name, token.ExpiresAt);
    }

    /// <summary>The root of the API's version 3, with a slash at its end: the part of an endpoint before the project.</summary>
    public static string RootOf(string endpoint)
    {
        const string version = "/v3";
        var at = (endpoint.TrimEnd('/') + "/").LastIndexOf(version + "/", StringComparison.Ordinal);
        return at >= 0 ? endpoint[..(at + version.Length)] + "/" : endpoint.TrimEnd('/') + version + "/";
    }

    private static bool IsCutOff(Exception? cause) => cause is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
        or HttpRequestException { InnerException: IOException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionReset } } };

    private async Task<ServiceAnswer> SendAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, TokensUrl());
        var body = WriteRequest();
        try
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            return await connection.SendAsync(request, Service, Time, cancellationToken);
        }
        finally
        {
            Array.Clear(body);
        }
    }

    private Uri TokensUrl()
    {
        var root = address.Url.GetLeftPart(UriPartial.Path).TrimEnd('/');
        return new(root.EndsWith("/v3", StringComparison.Ordinal) ? $"{root}/auth/tokens" : $"{root}/v3/auth/tokens");
    }

    /// <summary>The body of the login. It holds the secret: to be wiped.</summary>
    private byte[] WriteRequest()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("auth");
            json.WriteStartObject("identity");
            json.WriteStartArray("methods");
            json.WriteStringValue(address.Auth == AuthKind.AppCredential ? "application_credential" : "password");
            json.WriteEndArray();
            if (address.Auth == AuthKind.AppCredential)
            {
                json.WriteStartObject("application_credential");
                json.WriteString("id", address.User);
                WriteSecret(json, "secret");
                json.WriteEndObject();
                json.WriteEndObject();
            }
            else
            {
                json.WriteStartObject("password");
                json.WriteStartObject("user");
                json.WriteString(CinderAddress.IsId(address.User!) ? "id" : "name", address.User);
                if (!CinderAddress.IsId(address.User!))
                {
                    WriteDomain(json, address.UserDomain);
                }

                WriteSecret(json, "password");
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteEndObject();
                WriteScope(json);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        var body = buffer.WrittenSpan.ToArray();
        buffer.Clear(); // wipes what was written
        return body;
    }

    private void WriteScope(Utf8JsonWriter json)
    {
        json.WriteStartObject("scope");
        json.WriteStartObject("project");
        if (CinderAddress.IsId(address.Project!))
        {
            json.WriteString("id", address.Project);
        }
        else
        {
            json.WriteString("name", address.Project);
            WriteDomain(json, address.ProjectDomain);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteSecret(Utf8JsonWriter json, string name) => secret!.Use(characters =>
    {
        json.WriteString(name, characters);
        return true;
    });

    private static void WriteDomain(Utf8JsonWriter json, string? name)
    {
        json.WriteStartObject("domain");
        json.WriteString(name is null ? "id" : "name", name ?? "default");
        json.WriteEndObject();
    }

    private string FindEndpoint(TokenBody token, ProjectBody project)
    {
        var known = token.Catalog.Where(service => ServiceTypes.Contains(service.Type))
            .OrderBy(service => Array.IndexOf(ServiceTypes, service.Type))
            .SelectMany(service => service.Endpoints)
            .ToList();
        var usable = known.Where(endpoint => endpoint.Interface == address.Interface && (address.Region is null || endpoint.Region == address.Region)).ToList();
        var regions = usable.Select(endpoint => endpoint.Region).Distinct().ToList();
        return usable.Count == 0
            ? throw AnswerErrors.NoEndpoint(project.Name,
                $"with the interface {address.Interface}{(address.Region is null ? "" : $" in the region {address.Region}")}",
                string.Join(", ", known.Select(endpoint => $"{endpoint.Interface} in {endpoint.Region}").Distinct()))
            : regions.Count > 1
                ? throw AnswerErrors.NoEndpoint(project.Name, "in one region alone: say which", string.Join(", ", regions))
                : usable[0].Url;
    }

    private sealed record TokenEnvelope(TokenBody? Token);

    private sealed record TokenBody(DateTimeOffset? ExpiresAt, ProjectBody? Project)
    {
        public IReadOnlyList<ServiceBody> Catalog { get; init; } = [];
    }

    private sealed record ProjectBody(string Id, string Name);

    private sealed record ServiceBody(string Type)
    {
        public IReadOnlyList<EndpointBody> Endpoints { get; init; } = [];
    }

    private sealed record EndpointBody(string Interface, string Region, string Url);
}
