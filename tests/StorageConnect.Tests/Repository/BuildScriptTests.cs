using System.Diagnostics;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Repository;

/// <summary>build.ps1 with another program in the place of dotnet: what it is asked for, word by word.</summary>
public sealed class BuildScriptTests
{
    [Theory]
    [InlineData("Build", "build|{solution}|--configuration|Debug")]
    [InlineData("Test", "test|--configuration|Debug")]
    [InlineData("Package", "pack|{solution}|--configuration|Release|-p:Precompile=true")]
    public async Task A_task_asks_dotnet_for_it(string task, string expected)
    {
        var root = StagedModule.Root;
        using var folder = new TemporaryFolder();
        var seen = folder["seen"];
        await File.WriteAllTextAsync(folder["dotnet"], $"#!/bin/sh\n(IFS='|'; printf '%s\\n' \"$*\") >>'{seen}'\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder["dotnet"], (UnixFileMode)0b111_101_101);
        }

        // The path changes inside: the shell itself is started by the real one.
        var command = $"$env:PATH = '{folder.Path}:' + $env:PATH; & '{Path.Combine(root, "build.ps1")}' {task} | Out-Null";
        using var process = Process.Start(PowerShellTool.Start("-Command", command))!;
        process.StandardInput.Close();
        // Where nothing was ever packed, it goes on to say that no package is there.
        await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            [expected.Replace("{solution}", Path.Combine(root, "StorageConnect.sln"), StringComparison.Ordinal)],
            await File.ReadAllLinesAsync(seen, TestContext.Current.CancellationToken));
    }
}
