using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ShelfArray;

/// <summary>The array's REST API, on this machine's loopback address alone.</summary>
public sealed class ShelfServer : IDisposable
{
    public const string User = "admin";
    public const string Password = "shelf";
    private readonly HttpListener _listener;
    private readonly Shelf _shelf = new();

    private ShelfServer(HttpListener listener, string address) => (_listener, Address) = (listener, address);

    public string Address { get; }

    /// <summary>Listens.</summary>
    /// <param name="port">The port, or 0 for any that is free.</param>
    public static ShelfServer Start(int port)
    {
        for (var attempt = 0; ; attempt++)
        {
            var address = $"http://127.0.0.1:{(port == 0 ? FreePort() : port)}";
            var listener = new HttpListener { AuthenticationSchemes = AuthenticationSchemes.Basic | AuthenticationSchemes.Anonymous, Realm = "Shelf" };
            listener.Prefixes.Add(address + "/");
            try
            {
                listener.Start();
                return new(listener, address);
            }
            catch (HttpListenerException) when (port == 0 && attempt < 10)
            {
                // Somebody else took it meanwhile.
            }
        }
    }

    public async Task RunAsync()
    {
        while (_listener.IsListening)
        {
            var context = await _listener.GetContextAsync();
            _ = Task.Run(() => ServeAsync(context));
        }
    }

    public void Dispose() => _listener.Close();

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        var (status, answer) = await AnswerAsync(context);
        try
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            // In one piece: head and body apart would cost each answer a delayed acknowledgement.
            context.Response.Close(JsonSerializer.SerializeToUtf8Bytes(answer, JsonSerializerOptions.Web), willBlock: true);
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
        {
            // Whoever asked has gone.
        }
    }

    private async Task<(int Status, object? Answer)> AnswerAsync(HttpListenerContext context)
    {
        try
        {
            if (context.User?.Identity is not HttpListenerBasicIdentity { Name: User, Password: Password })
            {
                throw new ShelfException(401, "unauthorized", "User or password is wrong.");
            }

            var request = context.Request;
            var body = request.HasEntityBody ? await JsonNode.ParseAsync(request.InputStream) : null;
            return (200, Answer(request.HttpMethod, request.Url!.AbsolutePath.Trim('/').Split('/'), request.QueryString.Get, body ?? new JsonObject()));
        }
        catch (ShelfException e)
        {
            return (e.Status, new { e.Code, e.Message });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return (400, new { Code = "invalid", Message = $"The request is not understood: {e.Message}" });
        }
    }

    /// <summary>The whole API.</summary>
    private object? Answer(string method, string[] path, Func<string, string?> query, JsonNode body)
    {
        return (method, path) switch
        {
            ("GET", ["system"]) => _shelf.Info,

            ("GET", ["volumes"]) => _shelf.List(query("kind"), query("name")),
            ("POST", ["volumes"]) => _shelf.Create(Text("name"), body["size"]!.GetValue<long>(), Text("pool"), body["thin"]?.GetValue<bool>() ?? true),
            ("GET", ["volumes", var id]) => _shelf.Get(id),
            ("DELETE", ["volumes", var id]) => Done(() => _shelf.Remove(id)),
            ("POST", ["volumes", var id, "online"]) => _shelf.SetOnline(id, true),
            ("POST", ["volumes", var id, "offline"]) => _shelf.SetOnline(id, false),
            ("POST", ["volumes", var id, "resize"]) => _shelf.Resize(id, body["size"]!.GetValue<long>()),
            ("POST", ["volumes", var id, "present"]) => _shelf.Present(id, Texts("groups")),
            ("POST", ["volumes", var id, "withdraw"]) => _shelf.Withdraw(id, Texts("groups")),
            ("POST", ["volumes", var id, "split"]) => _shelf.Split(id),

            ("POST", ["snapshots"]) => _shelf.Snap(Text("name"), Texts("sources")),
            ("POST", ["snapshots", var id, "restore"]) => Done(() => _shelf.Restore(id, Text("member"))),
            ("POST", ["clones"]) => _shelf.Clone(Text("name"), Text("source")!, Text("snapshot")),

            ("GET", ["groups"]) => _shelf.Groups,
            ("POST", ["groups"]) => _shelf.CreateGroup(Text("name")!, Texts("members")),
            ("POST", ["groups", "remove"]) => Done(() => _shelf.RemoveGroup(Text("name")!)),
            ("POST", ["groups", "rename"]) => _shelf.RenameGroup(Text("name")!, Text("newName")!),
            ("POST", ["groups", "members", "add"]) => _shelf.AddMembers(Text("name")!, Texts("members")),
            ("POST", ["groups", "members", "remove"]) => _shelf.RemoveMembers(Text("name")!, Texts("members")),

            _ => throw new ShelfException(404, "no_such_call", $"There is no {method} {string.Join('/', path)}."),
        };

        string? Text(string name) => body[name]?.GetValue<string>();

        string[] Texts(string name) => [.. (body[name]?.AsArray() ?? []).Select(item => item!.GetValue<string>())];
    }

    private static object Done(Action work)
    {
        work();
        return new { };
    }
}
