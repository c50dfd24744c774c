using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace StorageConnect.Tests.Shell;

/// <summary>The built shell, started as a user starts it: in pipes, or on a terminal of its own.</summary>
internal sealed partial class ShellProcess : IDisposable
{
    private const string Script = "/usr/bin/script";

    private readonly Process _process;
    private readonly StringBuilder _seen = new();
    private readonly Task<string> _errors;

    private ShellProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public static ShellProcess Start(ShellFixture fixture, params string[] args) => new(new ProcessStartInfo("dotnet", [.. fixture.Arguments, .. args]));

    /// <summary>On a pseudo-terminal; the test is skipped, visibly, where there is no tool to make one.</summary>
    public static ShellProcess StartOnTerminal(ShellFixture fixture, params string[] args)
    {
        Assert.SkipUnless(File.Exists(Script), $"{Script} (util-linux) is needed to give the shell a terminal.");
        var command = string.Join(' ', new[] { "dotnet" }.Concat(fixture.Arguments).Concat(args).Select(word => $"'{word.Replace("'", "'\\''")}'"));

        // "exec": a shell that stayed between would take Ctrl+C too, and end with 130 whatever ours ends with.
        return new(new ProcessStartInfo(Script, ["-qec", $"exec {command}", "/dev/null"]));
    }

    public static async Task<ShellResult> RunAsync(ShellFixture fixture, string? input, params string[] args)
    {
        using var shell = Start(fixture, args);
        await shell.TypeAsync(input ?? string.Empty);
        return await shell.FinishAsync();
    }

    public Task TypeAsync(string text)
    {
        _process.StandardInput.Write(text);
        return _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Reads until the text appears behind what earlier calls have read.</summary>
    public async Task WaitForAsync(string text)
    {
        var start = _seen.Length;
        var one = new char[1];
        while (!_seen.ToString(start, _seen.Length - start).EndsWith(text, StringComparison.Ordinal))
        {
            var count = await _process.StandardOutput.ReadAsync(one, TestContext.Current.CancellationToken);
            if (count == 0)
            {
                Assert.Fail($"The shell ended before it showed '{text}'. It showed: {_seen}{await _errors}");
            }

            _seen.Append(one[0]);
        }
    }

    public void Signal(PosixSignal signal) => Assert.Equal(0, Kill(_process.Id, signal == PosixSignal.SIGINT ? 2 : 15));

    /// <summary>Ends the input and waits for the end.</summary>
    public async Task<ShellResult> FinishAsync()
    {
        _process.StandardInput.Close();
        _seen.Append(await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ShellResult(_process.ExitCode, _seen.ToString(), await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}

internal sealed record ShellResult(int ExitCode, string Output, string Error);
