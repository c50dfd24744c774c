using System.Management.Automation;
using StorageConnect.Conformance;

namespace StorageConnect.Commands;

/// <summary>
/// Tests clause by clause whether the plug-in of a registered server, with the array behind it, conforms to the guide. Objects that it creates on the
/// array have names beginning with osc-conf-, and are removed again, however the test ends.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "OscPlugin", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(OscConformanceResult))]
public sealed class TestOscPluginCommand : OscCmdlet
{
    private const int ProgressId = 0x05e;

    // How long an interrupted test may take to clean up.
    private static readonly TimeSpan CleanupTimeout = TimeSpan.FromMinutes(1);
    private readonly List<OscConformanceResult> _results = [];
    private ConformanceRun? _run;

    /// <summary>The server, by name, Uuid or object.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("StorageServerUuid", "StorageServerName")]
    [Chooses<StorageServerIdentity>(One = true)]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public StorageServerIdentity StorageServer { get; set; } = null!;

    /// <summary>Only these clauses: numbers such as CREATE-3, chapters, sections of the guide or abilities; wildcards allowed.</summary>
    [Parameter]
    [ChoosesNames]
    [SupportsWildcards]
    public string[] Include { get; set; } = [];

    /// <summary>Not these clauses; as for Include.</summary>
    [Parameter]
    [ChoosesNames]
    [SupportsWildcards]
    public string[] Exclude { get; set; } = [];

    /// <summary>Test the clauses too for which elements, snapshots and access groups must be made, changed and removed.</summary>
    [Parameter]
    public SwitchParameter Destructive { get; set; }

    /// <summary>Use many objects where a few would do: hundreds of elements, tens of groups, entries and snapshots. Takes longer.</summary>
    [Parameter]
    public SwitchParameter Many { get; set; }

    /// <summary>The fault to inject between the engine and the plug-in.</summary>
    [Parameter]
    public PluginFault? Fault { get; set; }

    /// <summary>Where to write a report: JUnit XML (.xml) or Markdown (.md). A file that is there is replaced.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ReportPath { get; set; }

    /// <summary>The size in bytes of the elements made, such as 1GB: the smallest that the array has, or more.</summary>
    [Parameter]
    [SizeTransformation]
    [ValidateRange(1, long.MaxValue)]
    public long Size { get; set; } = new ConformanceOptions().SizeBytes;

    /// <summary>The volume group in which they are made; the server's first when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VolumeGroupCompleter))]
    public string? VolumeGroup { get; set; }

    /// <summary>The seconds that one clause may take.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue / 1000)]
    public int Timeout { get; set; } = (int)new ConformanceOptions().ClauseTimeLimit.TotalSeconds;

    private protected override void Process() => Try(StorageServer.Key, () =>
    {
        var report = ReportPath is null ? null : GetUnresolvedProviderPathFromPSPath(ReportPath);
        if (report is not null)
        {
            ConformanceReport.Check(report);
        }

        if (report is not null && !Destructive && !ShouldProcess(report, "Write the report"))
        {
            report = null;
        }

        LetGo();
        var run = new ConformanceRun(Engine, StorageServer.Key, new()
        {
            Include = Include,
            Exclude = Exclude,
            Destructive = Destructive,
            Fault = Fault,
            Many = Many,
            SizeBytes = Size,
            VolumeGroup = VolumeGroup,
            ClauseTimeLimit = TimeSpan.FromSeconds(Timeout),
        });
        if (!Destructive || ShouldProcess(StorageServer.Key, "Make, change and remove elements, snapshots and access groups named osc-conf-*"))
        {
            _run = run;
            Test(run, report);
        }
        else
        {
            run.Dispose();
        }
    });

    private protected override void CleanUp() => LetGo();

    private void Test(ConformanceRun run, string? report)
    {
        try
        {
            var done = 0;
            foreach (var result in Stream(run.RunAsync))
            {
                _results.Add(result);
                WriteObject(result);
                WriteProgress(new(ProgressId, $"Testing {result.PluginName}",
                    $"{++done} of {run.Count} clauses; the last was {result.Clause}")
                { PercentComplete = done * 100 / run.Count });
            }
        }
        finally
        {
            if (report is not null)
            {
                ConformanceReport.Write(report, _results);
            }
        }

        WriteProgress(new(ProgressId, "Testing", "over") { RecordType = ProgressRecordType.Completed });
        Warn("An earlier test had left on the array, and this one has removed", run.Leftovers);
        Warn("The test could not remove from the array", run.Remains);
        if (run.Remains.Count > 0)
        {
            var server = $"-StorageServer '{StorageServer.Key.Replace("'", "''", StringComparison.Ordinal)}'";
            WriteWarning($"After removing the cause, remove them with: Get-OscSnapshot osc-conf-* {server} | Remove-OscSnapshot; "
                + $"Get-OscStorageElement osc-conf-* {server} | Remove-OscStorageElement; Get-OscAccessGroup osc-conf-* {server} | Remove-OscAccessGroup");
        }
    }

    private void Warn(string what, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            WriteWarning($"{what}: {string.Join(", ", names)}.");
        }
    }

    /// <summary>Waits until an interrupted test has cleaned up.</summary>
    private void LetGo()
    {
        if (_run is { } run)
        {
            _run = null;
            run.Completion.Wait(CleanupTimeout);
            run.Dispose();
        }
    }
}
