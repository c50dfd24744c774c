using BenchmarkDotNet.Running;
using StorageConnect.Benchmarks;

return args switch
{
    ["import"] => ImportComparison.Run(),
    ["workers"] => WorkerComparison.Run(),
    ["grants"] => GrantComparison.Run(),
    [ImportComparison.Child, var manifest] => ImportComparison.RunChild(manifest),
    _ => BenchmarkSwitcher.FromAssembly(typeof(ImportComparison).Assembly).Run(args).Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0,
};
