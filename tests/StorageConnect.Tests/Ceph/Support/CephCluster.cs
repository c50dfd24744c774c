using System.Diagnostics;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Ceph.Support;

/// <summary>The tests that share a cluster. Each has a pool of its own.</summary>
[CollectionDefinition(nameof(CephCluster))]
public sealed class SharedCephCluster : ICollectionFixture<CephCluster>;

/// <summary>The same with a second cluster, beside the first: one alone would be what the whole run waits for.</summary>
[CollectionDefinition(nameof(SecondCephCluster))]
public sealed class SecondCephCluster : ICollectionFixture<CephCluster>;

/// <summary>A real cluster in a folder: a monitor, an OSD in memory and a manager, as plain processes. It comes up with the first test that needs it.</summary>
public sealed class CephCluster : IAsyncDisposable
{
    private const string Script = "docs/examples/ceph-cluster.sh";
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan ToolTime = TimeSpan.FromMinutes(2);
    private readonly TemporaryFolder _folder = new();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private bool _isUp;
    private int _pools;

    /// <summary>Whether it has a manager.</summary>
    public bool HasManager { get; init; } = true;

    public string Folder => Path.Combine(_folder.Path, "c");

    public string Configuration => Path.Combine(Folder, "ceph.conf");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Skips the test where a cluster can't run.</summary>
    public static void Require()
    {
        TgtDaemon.Require("ceph-mon", "ceph-mon");
        TgtDaemon.Require("ceph-osd", "ceph-osd");
        TgtDaemon.Require("ceph-mgr", "ceph-mgr");
        TgtDaemon.Require("rbd", "ceph-common");
    }

    /// <summary>Starts the cluster where it doesn't run yet; the test is skipped where it can't.</summary>
    public async Task<CephCluster> StartAsync()
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

    /// <summary>A new pool.</summary>
    public async Task<string> NewPoolAsync(bool isForImages = true)
    {
        await StartAsync();
        var name = FormattableString.Invariant($"pool{Interlocked.Increment(ref _pools)}");
        await CephAsync("osd", "pool", "create", name, "1");
        if (isForImages)
        {
            await RbdAsync("pool", "init", name);
        }

        return name;
    }

    /// <summary>What an administrator does with rbd; returns what it prints.</summary>
    public Task<string> RbdAsync(params string[] arguments) => RunAsync("rbd", arguments);

    /// <summary>What an administrator does with ceph; returns what it prints.</summary>
    public Task<string> CephAsync(params string[] arguments) => RunAsync("ceph", arguments);

    /// <summary>What an administrator does with rados; returns what it prints.</summary>
    public Task<string> RadosAsync(params string[] arguments) => RunAsync("rados", arguments);

    /// <summary>The process ids of the daemons whose names begin so: mon, osd, mgr.</summary>
    public int ProcessOf(string daemon) =>
        int.Parse(File.ReadAllText(Directory.EnumerateFiles(Path.Combine(Folder, "run"), $"{daemon}.*.pid").Single()).Trim(),
            System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Stops a daemon where it is (SIGSTOP), or lets it go on.</summary>
    public async Task SignalAsync(string daemon, string signal)
    {
        using var process = Process.Start("kill", [$"-{signal}", ProcessOf(daemon).ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Stops a daemon for a moment. One program does it, so that the moment isn't longer where this process is slow.</summary>
    public async Task PauseAsync(string daemon, TimeSpan moment)
    {
        var (process, seconds) = (ProcessOf(daemon), moment.TotalSeconds);
        FormattableString script = $"kill -STOP {process}; sleep {seconds:f3}; kill -CONT {process}";
        using var shell = Process.Start("sh", ["-c", FormattableString.Invariant(script)]);
        await shell.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Folder))
        {
            using var down = Process.Start(new ProcessStartInfo("bash", [Path.Combine(StagedModule.Root, Script), "down", Folder]))!;
            await down.WaitForExitAsync(CancellationToken.None);
        }

        _folder.Dispose();
        _starting.Dispose();
    }

    private async Task BringUpAsync()
    {
        var port = FreePorts.Take().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("bash", [Path.Combine(StagedModule.Root, Script), "up", Folder, port])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MANAGER"] = HasManager ? "1" : "0";
        using var up = Process.Start(start)!;

        // The daemons that it starts may keep the pipes.
        var error = up.StandardError.ReadToEndAsync(CancellationToken.None);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(StartTime);
        await up.WaitForExitAsync(deadline.Token);
        Assert.True(up.ExitCode == 0, error.IsCompleted ? await error : "The cluster did not come up.");
    }

    private async Task<string> RunAsync(string tool, string[] arguments)
    {
        // A busy cluster's client may have warnings beside its answer.
        var result = await new ToolRunner().RunAsync(new(new(tool, "ceph-common"), ["-c", Configuration, .. arguments]), ToolTime, Token);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)}: exit code {result.ExitCode}: {result.Error}");
    }
}
