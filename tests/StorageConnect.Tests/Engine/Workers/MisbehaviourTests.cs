using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Plugins;
using StorageConnect.Engine.Workers;
using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>Plug-ins that end, hang, babble and take: none harms the session or another plug-in.</summary>
public sealed class MisbehaviourTests : IDisposable
{
    private const string Canary = "canary-6c1f-secret";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly string Naughty = Path.Combine(StagedModule.Root, "tests", "StorageConnect.Tests", "Engine", "Workers", "NaughtyPlugin.py");
    private readonly WorkerBed _bed = new();

    public static bool HasPython => PythonPluginTests.HasPython;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Theory(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [InlineData("exit", "WorkerEnded", "exit code 7")]
    [InlineData("kill", "WorkerEnded", "signal 9")]
    [InlineData("crash", "WorkerEnded", "signal 11")]
    [InlineData("daemon", "WorkerEnded", "exit code 0")]
    [InlineData("sysexit", "PluginFailure", "SystemExit")]
    [InlineData("memory", "PluginFailure", "MemoryError")]
    [InlineData("odd", "PluginFailure", "KeyError: volume (NaughtyPlugin.py, line ")]
    [InlineData("odd_items", "WorkerEnded", "the parameters of '$/items' are wrong")]
    [InlineData("sleep", "WorkerTimedOut", "10 seconds")]
    public async Task Whatever_it_does_is_an_error_of_that_call_and_the_next_one_works(string what, string id, string text)
    {
        var array = await OpenAsync(timeoutSeconds: what == "sleep" ? 10 : 60);

        var error = await Assert.ThrowsAsync<PluginFaultException>(() => array.GetStatusAsync(Element(what), Cancellation));

        Assert.Equal(id, error.ErrorId);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.Equal("ok", await array.GetStatusAsync(null, Cancellation));
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task What_it_and_its_children_print_never_gets_between_the_messages()
    {
        var array = await OpenAsync();

        Assert.Equal("ok", await array.GetStatusAsync(Element("print"), Cancellation));
        Assert.Single(_bed.WorkersOf("Naughty"));
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task A_log_line_or_a_sign_of_progress_that_is_none_does_not_end_the_call()
    {
        using var listening = TraceScope.ListenToAll(static _ => { });
        var array = await OpenAsync();

        Assert.Equal("ok", await array.GetStatusAsync(Element("odd_signs"), Cancellation));
        Assert.Single(_bed.WorkersOf("Naughty"));
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task A_thread_that_goes_on_after_its_call_gets_its_own_answers_and_the_calls_get_theirs()
    {
        var array = await OpenAsync();

        Assert.Equal("ok", await array.GetStatusAsync(Element("begin_thread"), Cancellation));
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("ok", await array.GetStatusAsync(null, Cancellation));
        }

        Assert.Equal("ok", await array.GetStatusAsync(Element("end_thread"), Cancellation).WaitAsync(Timeout, Cancellation));
        Assert.Single(_bed.WorkersOf("Naughty"));
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task A_record_in_the_details_of_an_error_stands_for_its_name()
    {
        var array = await OpenAsync();

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => array.GetStatusAsync(Element("odd_error"), Cancellation));

        Assert.Equal(("It is busy.", "db01"), (error.Message, error.Element));
        Assert.Equal(["host1"], error.Obstacles);
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [SupportedOSPlatform("linux")]
    public async Task A_cancelled_call_that_it_does_not_even_read_ends_its_process()
    {
        var array = await OpenAsync();
        Assert.Equal("ok", await array.GetStatusAsync(null, Cancellation));
        var worker = Assert.Single(_bed.WorkersOf("Naughty")).ProcessId;
        using (var stop = Process.Start("/bin/sh", ["-c", $"kill -STOP {worker}"]))
        {
            await stop.WaitForExitAsync(Cancellation);
        }

        // More than a pipe takes: the write waits for a reader, and the notification for the write.
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var hanging = array.GetStatusAsync(Element("none") with { Status = new('x', 1 << 20) }, cancellation.Token);
        await Task.Delay(300, Cancellation);
        var cancelling = cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging.WaitAsync(Timeout, Cancellation));
        await cancelling;
        await ExpectGoneAsync(worker);
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [SupportedOSPlatform("linux")]
    public async Task A_call_that_hangs_ends_with_all_that_the_plug_in_started()
    {
        var array = await OpenAsync(timeoutSeconds: 10);

        await Assert.ThrowsAsync<PluginFaultException>(() => array.GetStatusAsync(Element("fork"), Cancellation));

        var child = int.Parse(await File.ReadAllTextAsync(Path.Combine(_bed["array"], "child"), Cancellation), CultureInfo.InvariantCulture);
        await ExpectGoneAsync(child);
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task A_cancelled_call_ends_its_process_and_a_busy_one_does_not_hold_the_others_up()
    {
        var array = await OpenAsync();
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var hanging = array.GetStatusAsync(Element("sleep"), cancellation.Token);
        while (!_bed.WorkersOf("Naughty").Any(worker => worker.IsBusy))
        {
            await Task.Delay(10, Cancellation);
        }

        Assert.Equal("ok", await array.GetStatusAsync(null, Cancellation));
        var busy = _bed.WorkersOf("Naughty").Single(worker => worker.IsBusy);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
        await ExpectGoneAsync(busy.ProcessId);
        Assert.Equal("ok", await array.GetStatusAsync(null, Cancellation));
    }

    [Theory(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [InlineData("#!/bin/sh\nhead -c 10000000 /dev/zero | tr '\\0' x", "where a header belongs")]
    [InlineData("#!/bin/sh\nprintf 'Content-Length: 99999999999\\r\\n\\r\\n'; sleep 1000", "the longest is")]
    [InlineData("#!/bin/sh\nprintf 'Content-Length: 5\\r\\n\\r\\nhello'; sleep 1000", "no JSON-RPC")]
    [InlineData("#!/bin/sh\necho 'no licence' >&2; exit 4", "exit code 4: no licence")]
    [InlineData("#!/no/such/interpreter\n", "can't be used")]
    [InlineData(
        "#!/bin/sh\nm='{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":{}}'\nprintf 'Content-Length: %d\\r\\n\\r\\n%s' ${#m} \"$m\"; sleep 1000",
        "it answered the request 77, which was not made")]
    [InlineData(
        "#!/usr/bin/python3\nb=b'{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":2,\"plugins\":[]}}'\nimport sys\n"
        + "sys.stdin.buffer.readline()\nsys.stdout.buffer.write(b'Content-Length: %d\\r\\n\\r\\n' % len(b) + b)\nsys.stdout.flush()\nsys.stdin.read()\n",
        "version 2 of the protocol, and this engine version 1")]
    public void A_program_that_does_not_speak_the_protocol_is_not_registered(string program, string text)
    {
        var error = Assert.Throws<InvalidStorageArrayException>(() => _bed.Register("babble", program));

        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_bed.Engine.Plugins.GetAll(), plugin => plugin.Origin == PluginOrigin.User);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bed["plugins"]));
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [SupportedOSPlatform("linux")]
    public async Task Files_that_changed_or_that_others_can_write_and_an_interpreter_of_others_are_refused()
    {
        var plugin = Install();
        var folder = Path.GetDirectoryName(plugin.Path)!;
        var text = await File.ReadAllTextAsync(plugin.Path, Cancellation);

        await File.WriteAllTextAsync(plugin.Path, text + "\n", Cancellation);
        Assert.Contains("not as it was when the plug-in was registered", Problem(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(plugin.Path, text, Cancellation);
        Assert.Null(Problem());

        await File.WriteAllTextAsync(Path.Combine(folder, "subprocess.py"), "print('another one')", Cancellation);
        Assert.Contains("subprocess.py", Problem(), StringComparison.Ordinal);
        File.Delete(Path.Combine(folder, "subprocess.py"));

        File.SetUnixFileMode(plugin.Path, (UnixFileMode)0b110_110_110);
        Assert.Contains("can be written by other users", Problem(), StringComparison.Ordinal);

        var interpreter = Path.Combine(_bed.NewFolder("bin"), "python");
        File.Copy("/usr/bin/python3", interpreter);
        File.SetUnixFileMode(interpreter, (UnixFileMode)0b111_111_111);
        var error = Assert.Throws<InvalidStorageArrayException>(() => _bed.Engine.Plugins.Add(Naughty, force: true, new(Interpreter: interpreter)));
        Assert.Contains("can be written by other users", error.Message, StringComparison.Ordinal);

        string? Problem() => _bed.Engine.Plugins.GetAll().Single(one => one.Origin == PluginOrigin.User).Problem;
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [SupportedOSPlatform("linux")]
    public async Task No_secret_is_in_arguments_environment_files_errors_or_the_trace()
    {
        var lines = new StringBuilder();
        using var listening = TraceScope.ListenToAll(line =>
        {
            lock (lines)
            {
                lines.AppendLine(line.Text);
            }
        });
        using var secret = new Secret(Canary);
        var array = await OpenAsync(server => (server with { AdminUser = "admin" }).WithAdminSecret(secret));

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => array.GetStatusAsync(Element("tell"), Cancellation));

        Assert.Equal("It is busy with ******.", error.Message);
        Assert.Equal("Wait for ******.", error.Recommendation);
        Assert.Equal("volume of ******", error.Element);
        Assert.Equal(["host with ******"], error.Obstacles);
        var worker = Assert.Single(_bed.WorkersOf("Naughty")).ProcessId;
        Assert.DoesNotContain(Canary, await File.ReadAllTextAsync($"/proc/{worker}/cmdline", Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, await ReadEnvironmentAsync(worker), StringComparison.Ordinal);

        foreach (var file in new[] { "config", "state", "plugins" }.Select(folder => _bed[folder]).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)))
        {
            Assert.DoesNotContain(Canary, await File.ReadAllTextAsync(file, Cancellation), StringComparison.Ordinal);
        }

        await WaitForAsync(() => Traced().Contains("the password is ******", StringComparison.Ordinal));
        Assert.DoesNotContain(Canary, Traced(), StringComparison.Ordinal);

        string Traced()
        {
            lock (lines)
            {
                return lines.ToString();
            }
        }
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [SupportedOSPlatform("linux")]
    public async Task It_has_a_session_of_its_own_no_core_dumps_a_memory_limit_and_nothing_of_the_environment()
    {
        Environment.SetEnvironmentVariable("STORAGE_CONNECT_TEST_VARIABLE", Canary);
        try
        {
            await OpenAsync();
        }
        finally
        {
            Environment.SetEnvironmentVariable("STORAGE_CONNECT_TEST_VARIABLE", null);
        }

        var worker = Assert.Single(_bed.WorkersOf("Naughty")).ProcessId;
        var status = (await File.ReadAllTextAsync($"/proc/{worker}/stat", Cancellation)).Split(") ")[1].Split(' ');
        Assert.Equal([$"{worker}", $"{worker}"], status[2..4]);
        var limits = await File.ReadAllTextAsync($"/proc/{worker}/limits", Cancellation);
        Assert.Matches(@"Max core file size +0 +0 ", limits);
        Assert.Matches(@"Max data size +2147483648 +2147483648 ", limits);
        Assert.Equal(Environment.IsPrivilegedProcess ? ["LC_ALL", "PATH", "STORAGE_CONNECT_STARTED_BY", "XDG_CACHE_HOME"] : [],
            (await ReadEnvironmentAsync(worker)).Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Select(variable => variable.Split('=')[0]).Order(StringComparer.Ordinal));
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [SupportedOSPlatform("linux")]
    public async Task A_process_whose_session_was_killed_ends()
    {
        var start = PowerShellTool.Start("-Command", PowerShellTool.ImportModule
            + $"$null = Register-OscPlugin '{Naughty}' -Confirm:$false; "
            + $"$null = Register-OscStorageServer lab -Plugin Naughty -StorageType SAN -ExtraInfo '{_bed.NewFolder("array")}'; "
            + "(Get-OscPlugin Naughty).Workers.ProcessId; Start-Sleep 1000");
        foreach (var variable in new[] { "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME" })
        {
            start.Environment[variable] = _bed.NewFolder("settings");
        }

        using var session = Process.Start(start)!;
        var worker = int.Parse((await session.StandardOutput.ReadLineAsync(Cancellation))!, CultureInfo.InvariantCulture);
        Assert.NotNull(ProcessIdentity.Of(worker));

        session.Kill();

        await ExpectGoneAsync(worker);
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task One_that_nobody_uses_ends_and_the_next_call_starts_another()
    {
        var plugin = await StartAsync(TimeSpan.FromMilliseconds(100));
        var server = new StorageServer { Uuid = new('1', 32), Name = "lab" };

        Assert.Equal("ok", await plugin.GetStatusAsync(server, null, Cancellation));
        await WaitForAsync(() => plugin.Workers.Count == 0);

        Assert.Equal("ok", await plugin.GetStatusAsync(server, null, Cancellation));
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task One_too_many_ends_though_calls_come_all_the_time()
    {
        var plugin = await StartAsync(TimeSpan.FromSeconds(5));
        var server = new StorageServer { Uuid = new('1', 32), Name = "lab", ExtraInfo = _bed.NewFolder("array") };
        var waiting = plugin.GetStatusAsync(server, Element("wait"), Cancellation);
        await WaitForAsync(() => plugin.Workers.Any(worker => worker.IsBusy));
        Assert.Equal("ok", await plugin.GetStatusAsync(server, null, Cancellation));
        Assert.Equal(2, plugin.Workers.Count);
        await File.WriteAllTextAsync(Path.Combine(_bed["array"], "go on"), "", Cancellation);
        Assert.Equal("ok", await waiting);

        using var deadline = new CancellationTokenSource(Timeout);
        while (plugin.Workers.Count > 1)
        {
            Assert.Equal("ok", await plugin.GetStatusAsync(server, null, Cancellation));
            await Task.Delay(20, deadline.Token);
        }
    }

    private async Task<WorkerPlugin> StartAsync(TimeSpan idleTimeout)
    {
        var manifest = new PluginManifest { Kind = PluginKind.Python, Command = ["NaughtyPlugin.py"], Isolated = true };
        var plugin = new WorkerPlugin(new()
        {
            ClassName = "NaughtyPlugin.NaughtyPlugin",
            Name = "Naughty",
            Vendor = "Example",
            Version = "1.0.0-1",
            Description = "",
            StorageTypes = [StorageType.SAN],
            RequiredApiVersion = "1.2.10",
            ExtendedApiVersion = "1.2.10",
            Ability = new(),
        }, "1.2.10", PluginLaunch.CommandFor(Naughty, Path.GetDirectoryName(Naughty)!, manifest), new() { IdleTimeout = idleTimeout })
        {
            Services = new(new PluginCache(), _bed.Host),
        };
        Assert.Null(await plugin.IntroduceAsync(Cancellation));
        return plugin;
    }

    private static StorageElement Element(string name) => new() { Uuid = new('0', 32), Name = name };

    /// <summary>The environment of a worker, which the kernel shows to root alone: its memory is closed to other processes of the same user.</summary>
    [SupportedOSPlatform("linux")]
    private static async Task<string> ReadEnvironmentAsync(int worker)
    {
        var file = $"/proc/{worker}/environ";
        if (Environment.IsPrivilegedProcess)
        {
            return await File.ReadAllTextAsync(file, Cancellation);
        }

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => File.ReadAllTextAsync(file, Cancellation));
        return "";
    }

    private static Task ExpectGoneAsync(int process) => WaitForAsync(() => ProcessIdentity.Of(process) is null);

    private static async Task WaitForAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Timeout);
        while (!condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }

    private OscPlugin Install(int timeoutSeconds = 60)
    {
        var source = _bed.NewFolder("naughty");
        File.Copy(Naughty, Path.Combine(source, "NaughtyPlugin.py"), overwrite: true);
        File.WriteAllText(Path.Combine(source, "plugin.json"),
            $$"""{ "kind": "python", "command": ["NaughtyPlugin.py"], "timeoutSeconds": {{timeoutSeconds}} }""");
        return Assert.Single(_bed.Engine.Plugins.Add(source));
    }

    private Task<StorageArray> OpenAsync(int timeoutSeconds) => OpenAsync(static server => server, timeoutSeconds);

    private async Task<StorageArray> OpenAsync(Func<StorageServer, StorageServer>? change = null, int timeoutSeconds = 60)
    {
        Install(timeoutSeconds);
        var folder = _bed.NewFolder("array");
        return await _bed.OpenAsync("Naughty", draft => (change ?? (static server => server))(draft with { ExtraInfo = folder }));
    }
}
