using System.Diagnostics;
using Xunit;

namespace StorageConnect.Tests.Author;

/// <summary>The guide's made-up array, in a process of its own as a reader runs it.</summary>
internal sealed class ShelfArrayProcess : IDisposable
{
    private readonly Process _process;

    private ShelfArrayProcess(Process process, string address) => (_process, Address) = (process, address);

    public string Address { get; }

    public static async Task<ShelfArrayProcess> StartAsync()
    {
        var process = Process.Start(new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "ShelfArray.dll")])
        { RedirectStandardOutput = true })!;
        var greeting = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return new(process, greeting!.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal)));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
