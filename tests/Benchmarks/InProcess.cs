using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace StorageConnect.Benchmarks;

/// <summary>In this process: a project made on the fly would not find the plug-ins.</summary>
internal sealed class InProcess : ManualConfig
{
    public InProcess() => AddJob(Job.ShortRun.WithToolchain(new InProcessNoEmitToolchain(new())));
}
