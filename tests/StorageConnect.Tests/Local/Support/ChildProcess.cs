using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text.Json;
using StorageConnect.Plugins.Local;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Cinder.Support;

namespace StorageConnect.Tests.Local.Support;

/// <summary>What a child process is to do, and at which step of it to die.</summary>
/// <param name="Operation">A method of <see cref="ChildProcess"/>.</param>
/// <param name="Folder">The pool.</param>
/// <param name="Names">The elements it is about.</param>
/// <param name="Step">Where to die, or null.</param>
/// <param name="Hits">The how manyth time the step is reached.</param>
/// <param name="ShutDown">A file system to shut down (as a power cut does) before dying, or null.</param>
/// <param name="Cluster">The server of a Ceph cluster's pool, where it isn't a pool in a folder.</param>
/// <param name="Cloud">A project of a Cinder service, where it is neither.</param>
internal sealed record ChildTask(
    string Operation, string Folder, string[] Names, string? Step = null, int Hits = 1, string? ShutDown = null, ClusterServer? Cluster = null,
    CloudServer? Cloud = null);

/// <summary>A pool of a Ceph cluster.</summary>
/// <param name="StorageType">How it is used.</param>
/// <param name="Pool">Its name.</param>
/// <param name="ExtraInfo">How it is reached.</param>
/// <param name="State">The folder of the module's state.</param>
internal sealed record ClusterServer(StorageType StorageType, string Pool, string ExtraInfo, string State);

/// <summary>
/// A real second process: this test program once more, which does one thing with the plug-in and ends, or kills itself (SIGKILL) on the
/// way. What it acknowledged it has printed before.
/// </summary>
internal static partial class ChildProcess
{
    private const string Variable = "STORAGECONNECT_LOCAL_TEST_CHILD";
    private const string StepMark = "step";
    private const int Killed = 137;
    private static readonly Lock Acknowledging = new();
    private const int MemoryGone = 135; // SIGBUS: a page of a mapped file of a file system that was shut down

    /// <summary>The steps of a task, with how often each had been reached: all the places to die at. Does the task.</summary>
    public static async Task<List<(string Step, int Hits)>> StepsAsync(ChildTask task, CancellationToken cancellationToken)
    {
        var (_, output) = await RunAsync(task with { Step = StepMark }, cancellationToken);
        var steps = output.Where(line => line.StartsWith(StepMark, StringComparison.Ordinal)).Select(line => line[(StepMark.Length + 1)..]).ToList();
        return [.. steps.Select((step, i) => (step, steps.Take(i + 1).Count(other => other == step)))];
    }

    /// <summary>Runs the task; true when it came to its end, false when it died at the step.</summary>
    public static async Task<(bool Ended, string[] Acknowledged)> RunAsync(ChildTask task, CancellationToken cancellationToken)
    {
        using var process = Start(task);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode is 0 or Killed || (process.ExitCode == MemoryGone && task.ShutDown is not null)
            ? (process.ExitCode == 0, output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            : throw new InvalidOperationException($"The child failed ({process.ExitCode}): {await error}");
    }

    public static Process Start(ChildTask task)
    {
        var start = new ProcessStartInfo("dotnet",
            ["exec", typeof(ChildProcess).Assembly.Location])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Variable] = JsonSerializer.Serialize(task);
        return Process.Start(start)!;
    }

    /// <summary>The record that a child printed of the copy it had begun, as far as a plug-in needs it.</summary>
    public static StorageElement ReadCopy(string line)
    {
        var parts = line.Split(' ');
        return new() { Uuid = parts[0], Name = parts[1], AsyncHandle = parts[2], AsyncProgress = 0 };
    }

    [ModuleInitializer]
    internal static void RunWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } text)
        {
            return;
        }

        if (AssemblyLoadContext.GetLoadContext(typeof(ChildProcess).Assembly) != AssemblyLoadContext.Default)
        {
            return;
        }

        // No other thread gets into this assembly until its initializer has ended, so that the work is done by another copy of it.
        var copy = new AssemblyLoadContext("child").LoadFromAssemblyPath(typeof(ChildProcess).Assembly.Location);
        copy.GetType(typeof(ChildProcess).FullName!)!.GetMethod(nameof(Run))!.Invoke(null, [text]);
    }

    public static void Run(string text)
    {
        try
        {
            RunHere(JsonSerializer.Deserialize<ChildTask>(text)!).GetAwaiter().GetResult();
            Environment.Exit(0);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            Environment.Exit(3);
        }
    }

    private static async Task RunHere(ChildTask task)
    {
        if (task.Cloud is { } cloud)
        {
            await CinderHistory.RunAsync(cloud, task.Names, default);
            return;
        }

        var left = task.Hits;
        void DieAt(string step)
        {
            if (task.Step == StepMark)
            {
                Console.WriteLine($"{StepMark} {step}");
            }

            if (step == task.Step && Interlocked.Decrement(ref left) == 0)
            {
                if (task.ShutDown is { } mount)
                {
                    // A sync that runs while the file system shuts down may succeed there. After a power cut nobody hears of that.
                    Acknowledging.Enter();
                    LoopMounts.Run("xfs_io", "-x", "-c", "shutdown", mount);
                }

                _ = Kill(Environment.ProcessId, 9);
            }
        }

        StorageArrayPlugin plugin = task.Cluster is null ? TestArray.NewPlugin() : CephArray.NewPlugin();
        using var ended = (IDisposable)plugin;
        var server = task.Cluster is null ? TestArray.ServerFor($"Pool={task.Folder}") : CephArray.ServerFor(task.Cluster);
        await plugin.ValidateAsync(server, default);
        var all = new List<StorageElement>();
        await foreach (var element in plugin.ListAsync(server, new(), default))
        {
            all.Add(element);
        }

        all.AddRange(await plugin.GetCurrentSnapsAsync(server, null, default));
        StorageElement Named(string name) => all.Single(element => element.Name == name);
        StorageElement Find(int index) => Named(task.Names[index]);

        // All at the same time; each is acknowledged as soon as it is done.
        Task AllAsync(Func<string, Task> change) => Task.WhenAll(task.Names.Select(name => Task.Run(async () =>
        {
            await change(name);
            lock (Acknowledging)
            {
                Console.WriteLine(name);
            }
        })));
        StorageElement New(int index) => new() { Name = task.Names[index], SizeBytes = 1 << 20 };
        Steps.OnStep = DieAt;
        switch (task.Operation)
        {
            case "create":
                await plugin.CreateAsync(server, New(0), true, null, default);
                break;
            case "createMany":
                for (var i = 0; i < int.Parse(task.Names[1], CultureInfo.InvariantCulture); i++)
                {
                    var made = await plugin.CreateAsync(server, new() { Name = $"{task.Names[0]}{i}", SizeBytes = 4096 }, true, null, default);
                    Console.WriteLine(made.Name);
                }

                break;
            case "history" when plugin is LocalPlugin local:
                await History.RunAsync(local, server, task.Names, default);
                break;
            case "createAll":
                await AllAsync(name => plugin.CreateAsync(server, new() { Name = name, SizeBytes = 1 << 20 }, true, null, default));
                break;
            case "removeAll":
                await AllAsync(name => plugin.RemoveAsync(server, Named(name), default));
                break;
            case "snapAll":
                await AllAsync(name => plugin.CreateSnapAsync(server, Named(name), new() { Name = $"{name}-new" }, default));
                break;
            case "cloneAll":
                await AllAsync(name => plugin.CloneAsync(server, Named(name), new() { Name = $"{name}-new" }, null, default));
                break;
            case "removeSnapAll":
                await AllAsync(name => plugin.SnapRemoveAsync(server, Named($"{name}-old"), default));
                break;
            case "history":
                await CephHistory.RunAsync(plugin, server, all, task.Names, default);
                break;
            case "remove":
                await plugin.RemoveAsync(server, Find(0), default);
                break;
            case "snap":
                await plugin.CreateSnapAsync(server, Find(0), New(1), default);
                break;
            case "multiSnap":
                await plugin.CreateMultiSnapAsync(server, [Find(0), Find(1)], New(2), default);
                break;
            case "clone":
                await plugin.CloneAsync(server, Find(0), New(1), null, default);
                break;
            case "copy":
                var copy = await plugin.CloneAsync(server, Find(0), New(1), null, default);
                Console.WriteLine($"{copy.Uuid} {copy.Name} {copy.AsyncHandle}");
                while (copy.AsyncProgress is not null)
                {
                    copy = await plugin.GetAsyncProgressAsync(server, copy, default);
                    await Task.Delay(5);
                }

                break;
            case "restore":
                await plugin.SnapRestoreAsync(server, Find(0), null, default);
                break;
            case "removeSnap":
                await plugin.SnapRemoveAsync(server, Find(0), default);
                break;
            case "grow":
                await plugin.ResizeAsync(server, Find(0), 3 << 20, default);
                break;
            case "shrink":
                await plugin.ResizeAsync(server, Find(0), 8192, default);
                break;
            case "offline":
                await plugin.OfflineAsync(server, Find(0), default);
                break;
            case "online":
                await plugin.OnlineAsync(server, Find(0), default);
                break;
            case "present":
                await plugin.StartPresentAsync(server, Find(0), [task.Names[1]], default);
                break;
            case "stopPresenting":
                await plugin.StopPresentAsync(server, Find(0), [task.Names[1]], default);
                break;
            default:
                throw new ArgumentException(task.Operation);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
