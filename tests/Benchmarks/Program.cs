using System.Globalization;
using BenchmarkDotNet.Running;
using StorageConnect.Benchmarks;

return args switch
{
    ["import"] => ImportComparison.Run(),
    ["workers"] => WorkerComparison.Run(),
    ["grants"] => GrantComparison.Run([100, 300, 1000]),
    ["grants", var size] => GrantComparison.Run([int.Parse(size, CultureInfo.InvariantCulture)]),
    ["bulk"] => BulkComparison.Run(Path.GetTempPath()),
    ["bulk", var folder] => BulkComparison.Run(folder),
    ["lookups"] => LookupComparison.Run([10_000, 100_000, 1_000_000]),
    ["views"] => ViewComparison.Run(),
    ["whole", var size, var script] => LookupComparison.RunWhole(int.Parse(size, CultureInfo.InvariantCulture), script),
    ["comparisons"] => ImportComparison.Run() + ViewComparison.Run() + BulkComparison.Run(Path.GetTempPath())
        + LookupComparison.Run([10_000, 100_000, 1_000_000]) + GrantComparison.Run([100, 300, 1000]),
    [ImportComparison.Child, var manifest] => ImportComparison.RunChild(manifest),
    _ => BenchmarkSwitcher.FromAssembly(typeof(ImportComparison).Assembly).Run(args).Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0,
};
