using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Cinder.Support;

/// <summary>The tests that share a cloud. Each has a project of its own.</summary>
[CollectionDefinition(nameof(CinderCloud))]
public sealed class SharedCinderCloud : ICollectionFixture<CinderCloud>;

/// <summary>
/// A real Cinder on ports and in a folder of its own: API, scheduler and volume manager in one process, on a throw-away Ceph, with the back-ends
/// <c>stable</c> (identities stay with volumes), <c>tgt</c> (they move), <c>rbd</c> and <c>fake</c>. It comes up with the first test that needs it.
/// </summary>
public sealed class CinderCloud : IAsyncDisposable
{
    public const string AdminProject = "5ea1e57a9e0f4a1c9b0a000000000001";

    private readonly CloudProcess _process = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(2) };
    private readonly SemaphoreSlim _starting = new(1, 1);
    private bool _isUp;

    public string Url => $"http://127.0.0.1:{_process.ApiPort}";

    /// <summary>The folder of Cinder and its tgtd.</summary>
    public string ServiceFolder => Path.Combine(_process.Folder, "k");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Skips the test where there can be no cloud.</summary>
    public static void Require()
    {
        RequireCinder();
        TgtDaemon.Require("ceph-mon", "ceph-mon");
        TgtDaemon.Require("ceph-osd", "ceph-osd");
        TgtDaemon.Require("rbd", "ceph-common");
        TgtDaemon.Require("tgt-admin", "tgt");
        Assert.SkipUnless(File.Exists("/usr/lib/tgt/backing-store/bs_rbd.so"), "tgtd's backing store for RBD is missing: install the package tgt-rbd.");
    }

    /// <summary>Skips the test where Cinder and tgtd can't run.</summary>
    public static void RequireCinder()
    {
        TgtDaemon.Require("cinder-volume", "cinder-volume");
        TgtDaemon.Require("cinder-scheduler", "cinder-scheduler");
        Assert.SkipUnless(File.Exists("/etc/cinder/api-paste.ini"), "Cinder's API is missing: install the package cinder-api.");
        TgtDaemon.Require("tgtd", "tgt");
        Assert.SkipUnless(Environment.UserName == "root", "tgtd needs root.");
    }

    /// <summary>A project that nobody else uses.</summary>
    public static string NewProject() => Guid.NewGuid().ToString("n");

    /// <summary>Starts the cloud where it doesn't run yet; the test is skipped where it can't.</summary>
    public async Task<CinderCloud> StartAsync()
    {
        Require();
        await _starting.WaitAsync(Token);
        try
        {
            if (!_isUp)
            {
                await BringUpAsync();
                _isUp = true;
            }
        }
        finally
        {
            _starting.Release();
        }

        return this;
    }

    /// <summary>A request to the service as its administrator, with the newest version.</summary>
    public async Task<JsonElement> AdminAsync(HttpMethod method, string path, object? body = null, string project = AdminProject)
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

    /// <summary>What a user enters for a project.</summary>
    public StorageServer Draft(string project, string extra = "") => new()
    {
        Name = "cloud",
        StorageType = StorageType.iSCSI,
        AdminHost = Url,
        ExtraInfo = $"Auth=none;Project={project}{(extra.Length > 0 ? ";" + extra : "")}",
    };

    /// <summary>Ends the service as a crash does (SIGKILL).</summary>
    public async Task KillServiceAsync()
    {
        var id = int.Parse(await File.ReadAllTextAsync(Path.Combine(ServiceFolder, "run/one.pid"), Token), CultureInfo.InvariantCulture);
        using (var process = Process.GetProcessById(id))
        {
            process.Kill();
        }

        // It is another process's child, which may never ask for its end: a dead one counts as gone.
        var backoff = Backoff.Endless();
        while (ProcessIdentity.Of(id) is not null)
        {
            await backoff.WaitAsync(Token);
        }
    }

    /// <summary>Stops the OSD on which all volumes lie (SIGSTOP), or lets it go on.</summary>
    public async Task SignalStorageAsync(string signal)
    {
        var id = await File.ReadAllTextAsync(Path.Combine(_process.Folder, "c/run/osd.0.pid"), Token);
        using var process = Process.Start("kill", [$"-{signal}", id.Trim()]);
        await process.WaitForExitAsync(Token);
    }

    /// <summary>Starts the service again, and waits until its back-ends are ready.</summary>
    public async Task StartServiceAsync()
    {
        var start = new ProcessStartInfo("bash", [CloudProcess.ScriptOf("cinder-up.sh"), "again"])
        {
            RedirectStandardInput = true,
            Environment = { ["D"] = ServiceFolder, ["APIPORT"] = $"{_process.ApiPort}" },
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        await process.WaitForExitAsync(Token).WaitAsync(CloudProcess.LongestWork, Token);
        Assert.True(process.ExitCode == 0, $"The service did not start: {_process.ReadLog()}");
        await AwaitPoolsAsync(4);
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

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
        _starting.Dispose();
    }

    private async Task BringUpAsync()
    {
        await _process.StartAsync(monitorPort: FreePorts.Take(), keystonePort: 0);
        foreach (var backend in new[] { "stable", "tgt", "rbd", "fake" })
        {
            await NewTypeAsync(backend, backend, shared: backend is not "fake");
        }

        await NewTypeAsync("stable-single", "stable", shared: false);
        await NewTypeAsync("tgt-single", "tgt", shared: false);
        await AwaitPoolsAsync(4);
    }

    /// <summary>The service answers long before its back-ends are ready.</summary>
    private async Task AwaitPoolsAsync(int count)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(50, Token))
        {
            string seen;
            try
            {
                var pools = (await AdminAsync(HttpMethod.Get, "scheduler-stats/get_pools")).GetProperty("pools").GetArrayLength();
                if (pools >= count)
                {
                    return;
                }

                seen = $"{pools}";
            }
            catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
            {
                seen = e.Message; // the scheduler isn't there yet
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < CloudProcess.LongestWork, $"{seen} of {count} back-ends are ready: {_process.ReadLog()}");
        }
    }
}
