using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using StorageConnect.Plugins.Cinder;
using StorageConnect.Plugins.Cinder.Http;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Cinder.Support;

/// <summary>A request as the plug-in sent it.</summary>
public sealed record SentRequest(string Method, string Url, string Path, string? Token, string? Version, string? Body);

/// <summary>
/// A service that answers what a real one answered once (<c>Captures</c>), or what a test says. The last rule that fits a request counts.
/// </summary>
public sealed class ReplayedCinder : HttpMessageHandler
{
    public const string Url = "http://cinder.example:8776";
    public const string KeystoneUrl = "http://keystone.example:5000/v3";

    private readonly List<(string Method, Regex Path, Func<SentRequest, HttpResponseMessage> Reply)> _rules = [];

    public ReplayedCinder()
    {
        On("GET", "/v3/$", _ => Answer(new { versions = new[] { new { id = "v3.0", version = "3.70", min_version = "3.0" } } }));
        On("GET", "/types\\?is_public=None$", _ => Captured("022"));
        On("GET", "/limits$", _ => Captured("033"));
        On("GET", "/messages", _ => Answer(new { messages = Array.Empty<object>() }));
        On("GET", "/scheduler-stats", _ => Captured("026"));
    }

    public List<SentRequest> Requests { get; } = [];

    /// <summary>The clock of its plug-ins.</summary>
    internal SkippingClock Clock { get; } = new();

    /// <summary>The lines of its plug-ins' logs.</summary>
    internal MemoryLog Log { get; } = new();

    /// <summary>A plug-in that speaks to it.</summary>
    internal CinderPlugin NewPlugin(string stateFolder, FakeHost? host = null) => new()
    {
        Connect = _ => new ServiceConnection(this),
        Services = new(new PluginCache(), host ?? new FakeHost()) { StateFolder = stateFolder, Log = Log },
        Clock = Clock,
    };

    /// <summary>What a user enters for a service without an identity service.</summary>
    public static StorageServer Server(string extra = "", string project = "5ea1e57a9e0f4a1c9b0a000000000001") => new()
    {
        Uuid = new string('a', 32),
        Name = "cloud",
        StorageType = StorageType.iSCSI,
        AdminHost = Url,
        ExtraInfo = $"Auth=none;Project={project};{extra}",
    };

    public void On(string method, string path, Func<SentRequest, HttpResponseMessage> answer)
    {
        lock (_rules)
        {
            _rules.Add((method, new(path), answer));
        }
    }

    public IEnumerable<SentRequest> Sent(string method, string path) => Requests.Where(one => one.Method == method && Regex.IsMatch(one.Path, path));

    public static HttpResponseMessage Answer(object body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) };

    public static HttpResponseMessage Empty(HttpStatusCode status) => new(status) { Content = new ByteArrayContent([]) };

    /// <summary>An error as the service words it.</summary>
    public static HttpResponseMessage Refusal(HttpStatusCode status, string message) =>
        Answer(new Dictionary<string, object> { ["anyFault"] = new { code = (int)status, message } }, status);

    /// <summary>What a real service answered: the capture with this number.</summary>
    public static HttpResponseMessage Captured(string number) => Captured(number, static text => text);

    public static HttpResponseMessage Captured(string number, Func<string, string> change)
    {
        var folder = Path.Combine(StagedModule.Root, "tests/StorageConnect.Tests/Cinder/Captures");
        using var capture = JsonDocument.Parse(File.ReadAllText(Directory.GetFiles(folder, $"{number}-*.json").Single()));
        var body = capture.RootElement.GetProperty("response_body");
        var answer = new HttpResponseMessage((HttpStatusCode)capture.RootElement.GetProperty("status").GetInt32())
        {
            Content = new ByteArrayContent(body.ValueKind == JsonValueKind.Null ? [] : Encoding.UTF8.GetBytes(change(body.GetRawText()))),
        };
        if (capture.RootElement.GetProperty("response_headers").TryGetProperty("X-Subject-Token", out var token))
        {
            answer.Headers.TryAddWithoutValidation("X-Subject-Token", token.GetString());
        }

        return answer;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string? Header(string name) => request.Headers.TryGetValues(name, out var values) ? values.Single() : null;

        var sent = new SentRequest(request.Method.Method, request.RequestUri!.AbsoluteUri, request.RequestUri.PathAndQuery, Header("X-Auth-Token"),
            Header("OpenStack-API-Version"), request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken));
        Func<SentRequest, HttpResponseMessage> answer;
        lock (_rules)
        {
            Requests.Add(sent);
            answer = _rules.LastOrDefault(rule => rule.Method == sent.Method && rule.Path.IsMatch(sent.Path)).Reply
                ?? throw new InvalidOperationException($"The test has no answer for {sent.Method} {sent.Path}.");
        }

        return answer(sent);
    }
}
