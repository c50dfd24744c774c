using BenchmarkDotNet.Attributes;

namespace StorageConnect.Benchmarks;

/// <summary>What the engine's door adds to a call of a plug-in that answers at once. Budget: microseconds and about one allocation.</summary>
[Config(typeof(InProcess))]
[MemoryDiagnoser]
public class DoorBenchmarks : IDisposable
{
    private readonly InstantPlugin _plugin = new();
    private readonly StorageElement _element = new() { Uuid = new('a', 32), Name = "db01", Page83Id = $"36{new string('a', 31)}" };
    private TemporaryEngine? _engine;

    /// <summary>An engine that finds the instant plug-in as it would find any.</summary>
    [GlobalSetup]
    public void Open() => _engine = new(typeof(InstantPlugin).Assembly.Location, "Instant");

    [GlobalCleanup]
    public void Dispose()
    {
        _engine?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public Task<string> Plugin() => _plugin.GetStatusAsync(_engine!.Server, _element, CancellationToken.None);

    [Benchmark]
    public Task<string> Door() => _engine!.Array.GetStatusAsync(_element, CancellationToken.None);
}
