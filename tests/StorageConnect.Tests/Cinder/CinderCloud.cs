using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using StorageConnect.Tests.Local.Support;
using Xunit;

[assembly: AssemblyFixture(typeof(StorageConnect.Tests.Cinder.SharedClouds))]

namespace StorageConnect.Tests.Cinder;

/// <summary>Ends the clouds that tests shared.</summary>
public sealed class SharedClouds : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await CinderCloud.EndSharedAsync();
}

/// <summary>
/// A real Cinder of the tests' own, on ports and in a folder of its own: API, scheduler and volume manager in one process, on a throw-away Ceph, with the
/// back-ends <c>stable</c> (identities stay with volumes), <c>tgt</c> (they move), <c>rbd</c> and <c>fake</c>.
/// </summary>
public sealed class CinderCloud : IAsyncDisposable
{
    public const string Project = "5ea1e57a9e0f4a1c9b0a000000000001";

    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(2);
    private static readonly SemaphoreSlim Turn = new(1, 1);
    private static CinderCloud? _shared;
    private readonly string _folder = Directory.CreateTempSubdirectory("cinder-").FullName;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private Process? _script;

    private CinderCloud()
    {
    }

    public int ApiPort { get; } = FreePort();

    public int IscsiPort { get; } = FreePort();

    public string Url => $"http://127.0.0.1:{ApiPort}";

    public string Folder => _folder;

    /// <summary>The process of the service.</summary>
    public int ServiceProcess => int.Parse(File.ReadAllText(Path.Combine(_folder, "k/run/one.pid")), System.Globalization.CultureInfo.InvariantCulture);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The one that all tests share which do it no harm; a test is skipped where there can be none.</summary>
    public static async Task<CinderCloud> SharedAsync()
    {
        RequirePackages();
        await Turn.WaitAsync(Token);
        try
        {
            return _shared ??= await StartAsync();
        }
        finally
        {
            Turn.Release();
        }
    }

    public static async Task EndSharedAsync()
    {
        if (_shared is { } shared)
        {
            await shared.DisposeAsync();
        }
    }

    public static void RequirePackages()
    {
        TgtDaemon.Require("cinder-manage", "cinder-volume");
        TgtDaemon.Require("ceph-mon", "ceph-mon");
        TgtDaemon.Require("ceph-osd", "ceph-osd");
        TgtDaemon.Require("tgtd", "tgt");
        Assert.SkipUnless(Directory.EnumerateFiles("/usr/lib", "bs_rbd.so", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Any(),
            "tgt's backing store for RBD is missing: install the package tgt-rbd.");
        Assert.SkipUnless(Environment.UserName == "root", "tgtd needs root.");
    }

    /// <summary>One of a test's own.</summary>
    public static async Task<CinderCloud> StartAsync()
    {
        RequirePackages();
        var cloud = new CinderCloud();
        try
        {
            await cloud.BringUpAsync();
            return cloud;
        }
        catch
        {
            await cloud.DisposeAsync();
            throw;
        }
    }

    /// <summary>A request to the service as its administrator, with the newest version.</summary>
    public async Task<JsonElement> AdminAsync(HttpMethod method, string path, object? body = null, string project = Project)
    {
        using var request = new HttpRequestMessage(method, $"{Url}/v3/{project}/{path}");
        request.Headers.Add("X-Auth-Token", $"osc:{project}");
        request.Headers.Add("OpenStack-API-Version", "volume 3.70");
        if (body is not null)
        {
            // Not in chunks: the service reads no body without a length.
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) { Headers = { ContentType = new("application/json") } };
        }

        using var response = await _http.SendAsync(request, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        return response.IsSuccessStatusCode
            ? text.Length == 0 ? default : JsonDocument.Parse(text).RootElement
            : throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {text}");
    }

    /// <summary>What a user enters.</summary>
    public StorageServer Draft(string name = "cloud", string project = Project, string extra = "") => new()
    {
        Name = name,
        StorageType = StorageType.iSCSI,
        AdminHost = Url,
        ExtraInfo = $"Auth=none;Project={project}{(extra.Length > 0 ? ";" + extra : "")}",
    };

    /// <summary>A project that nobody else uses.</summary>
    public static string NewProject() => Guid.NewGuid().ToString("n");

    public async ValueTask DisposeAsync()
    {
        if (_script is { } script)
        {
            script.StandardInput.Close(); // it ends what it began
            await script.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
            script.Dispose();
        }

        _http.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task BringUpAsync()
    {
        var script = Path.Combine(StagedModule.Root, "tests/StorageConnect.Tests/Cinder/Fixture/cloud.sh");
        var monitor = FreePort();
        string[] arguments =
        [
            script, _folder, $"{monitor}", $"{ApiPort}", $"{IscsiPort}", $"{Random.Shared.Next(1000, 30000)}", "0",
        ];
        _script = Process.Start(new ProcessStartInfo("bash", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var ready = await _script.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(StartTime, Token);
        Assert.True(ready == "ready", $"The cloud did not start: {ReadLog()}");
        foreach (var backend in new[] { "stable", "tgt", "rbd", "fake" })
        {
            await NewTypeAsync(backend, backend, shared: backend is not "fake");
        }

        await NewTypeAsync("stable-single", "stable", shared: false);
        await NewTypeAsync("tgt-single", "tgt", shared: false);
        await NewTypeAsync("nowhere", "nosuch", shared: false);
        await PoolsAsync(4);
    }

    public Task NewTypeAsync(string name, string backend, bool shared) => AdminAsync(HttpMethod.Post, "types", new
    {
        volume_type = new
        {
            name,
            extra_specs = shared
                ? new Dictionary<string, string> { ["volume_backend_name"] = backend, ["multiattach"] = "<is> True" }
                : new Dictionary<string, string> { ["volume_backend_name"] = backend },
        },
    });

    /// <summary>The service answers long before its back-ends are ready.</summary>
    private async Task PoolsAsync(int count)
    {
        var began = Stopwatch.GetTimestamp();
        while ((await AdminAsync(HttpMethod.Get, "scheduler-stats/get_pools")).GetProperty("pools").GetArrayLength() < count)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < StartTime, $"The back-ends are not ready: {ReadLog()}");
            await Task.Delay(50, Token);
        }
    }

    private string ReadLog()
    {
        var log = Path.Combine(_folder, "up.log");
        return File.Exists(log) ? File.ReadAllText(log) : "no log";
    }

    private static int FreePort()
    {
        // Below the ports that the kernel gives to clients; the monitor's second port is 489 below the first.
        while (true)
        {
            var port = Random.Shared.Next(21_000, 32_000);
            try
            {
                foreach (var one in new[] { port, port - 489 })
                {
                    using var listener = new TcpListener(IPAddress.Any, one);
                    listener.Start();
                }

                return port;
            }
            catch (SocketException)
            {
            }
        }
    }
}
