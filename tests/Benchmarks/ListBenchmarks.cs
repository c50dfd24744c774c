using BenchmarkDotNet.Attributes;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Benchmarks;

/// <summary>Listing the Local array through the door. Budget: 100,000 elements in well under a second, the first at once, memory constant.</summary>
[Config(typeof(InProcess))]
[MemoryDiagnoser]
public class ListBenchmarks : IDisposable
{
    private TemporaryEngine? _engine;

    /// <summary>How many elements there are.</summary>
    [Params(1_000, 10_000, 40_000)]
    public int Elements { get; set; }

    private StorageArray Array => _engine!.Array;

    /// <summary>Creates them, as users would.</summary>
    [GlobalSetup]
    public async Task CreateAsync()
    {
        _engine = new(Path.Combine(Staged.Module, "plugins", "Local"), "Local");
        foreach (var number in Enumerable.Range(0, Elements))
        {
            await Array.CreateAsync($"volume{number:d6}", 1 << 20, volumeGroup: null, thinProvision: true, qos: null, CancellationToken.None);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _engine?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public Task<int> All() => CountAsync(new());

    [Benchmark]
    public async Task<string> First()
    {
        await foreach (var element in Array.ListAsync(new(), CancellationToken.None))
        {
            return element.Name;
        }

        return "";
    }

    [Benchmark]
    public Task<int> ByName() => CountAsync(new() { Name = "volume000500" });

    [Benchmark]
    public Task<int> ByPrefix() => CountAsync(new() { NamePrefix = "volume00050" });

    /// <summary>Every row's name is read, and one record is made.</summary>
    [Benchmark]
    public Task<int> BySuffix() => CountAsync(new() { NameSuffix = "-none" });

    private async Task<int> CountAsync(StorageElementFilter filter)
    {
        var count = 0;
        await foreach (var element in Array.ListAsync(filter, CancellationToken.None))
        {
            count++;
        }

        return count;
    }
}
