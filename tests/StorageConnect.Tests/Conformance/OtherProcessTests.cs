using StorageConnect.Conformance;
using StorageConnect.Tests.Engine.Workers;
using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>
/// Wrong plug-ins that keep in a process what belongs on the array: the clauses that use a process of its own find them. The plug-in is the Python example,
/// whose array is a folder that every process sees; each fault is an exchange of some of its lines.
/// </summary>
public sealed class OtherProcessTests : IDisposable
{
    private const string Load = "        self.state = {\"elements\": [], \"groups\": []}\n";
    private const string Find = "        raise NotFoundEx(\"There is no element '%s' in the folder.\"";
    private const string Keep = "                return record\n";
    private const string Clone =
        "        return copy_of(ss_record, se_record, dest_se_record, IStorageArrayPlugin.LUNType)\n\n    @staticmethod\n    def cloneFromSnap";

    private const string Background = """
                record = copy_of(ss_record, se_record, dest_se_record, IStorageArrayPlugin.LUNType)
                RUNNING[record["uuid"]] = True
                return dict(record, async_progress=0, async_handle=record["uuid"])

            @staticmethod
            def getAsyncProgress(ss_record, se_record):
                forgotten(se_record)
                return FolderPlugin.getInfo(ss_record, se_record)

            @staticmethod
            def cloneFromSnap
        """;

    // What a process remembers.
    private const string Memory = "\n\nRUNNING = {}\nSTATES = {}\nSEEN = {}\n";

    private static readonly string Sample =
        File.ReadAllText(Path.Combine(StagedModule.Root, "docs", "examples", "python", "FolderPlugin.py")).Replace("\r\n", "\n", StringComparison.Ordinal);

    private readonly WorkerBed _bed = new();

    public static bool HasPython => PythonPluginTests.HasPython;

    public static TheoryData<string, string, bool> Kinds => new()
    {
        { "OTHER-3", "as it is", true },
        { "OTHER-4", "as it is", true },
        { "OTHER-5", "clones in the background", true },
        { "OTHER-3", "reads its records once in a process", false },
        { "OTHER-4", "reads its records once in a process", false },
        { "OTHER-4", "tells of what another process removed", false },
        { "OTHER-3", "keeps groups in its process", false },
        { "OTHER-5", "keeps what goes on in its process", false },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Theory(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [MemberData(nameof(Kinds))]
    public async Task What_is_kept_in_a_process_is_found(string clause, string plugin, bool isRight)
    {
        _bed.Register("FolderPlugin.py", Write(plugin));
        await _bed.OpenAsync("Folder", draft => draft with { ExtraInfo = $"Folder={_bed.NewFolder("array")}" });
        using var run = new ConformanceRun(_bed.Engine, "lab", new() { Destructive = true, SizeBytes = 1 << 16, Include = [clause] });

        var result = Assert.Single(await run.RunAsync(Cancellation).ToListAsync(Cancellation));

        Assert.True(
            result.Outcome == (isRight ? ConformanceOutcome.Passed : ConformanceOutcome.Failed),
            $"{result.Outcome}: {result.Reason}{result.Expected}, seen {result.Seen}");
    }

    private static string Write(string plugin) => plugin switch
    {
        "reads its records once in a process" => Change(
            (Load, $"        if self.folder in STATES:\n            self.state = STATES[self.folder]\n            return self\n{Load}"),
            ("                self.state = json.load(file)\n", "                self.state = json.load(file)\n        STATES[self.folder] = self.state\n")),
        "tells of what another process removed" => Change(
            (Keep + Find, $"                SEEN[uuid] = record\n{Keep}        if uuid in SEEN:\n            return SEEN[uuid]\n{Find}")),
        "keeps groups in its process" => Change(
            ("        return copy.deepcopy(self.state[\"groups\"])\n", "        return copy.deepcopy(STATES.get(self.folder, []))\n"),
            ("        self.state[\"groups\"] = groups\n", "        STATES[self.folder] = groups\n")),
        "clones in the background" => InBackground("pass"),
        "keeps what goes on in its process" => InBackground(
            "if se_record[\"uuid\"] not in RUNNING:\n        raise NotFoundEx(\"Nothing goes on there.\", \"List the elements.\")"),
        _ => Sample,
    };

    private static string InBackground(string check) =>
        Change((Clone, Background), ("\"clone_is_sync\":         ABILITY_TYPES.YES", "\"clone_is_sync\":         ABILITY_TYPES.NO"))
        + $"\n\ndef forgotten(se_record):\n    {check}\n";

    private static string Change(params (string Old, string New)[] changes)
    {
        var text = Sample;
        foreach (var (old, now) in changes)
        {
            Assert.Equal(2, text.Split(old).Length);
            text = text.Replace(old, now, StringComparison.Ordinal);
        }

        return text + Memory;
    }
}
