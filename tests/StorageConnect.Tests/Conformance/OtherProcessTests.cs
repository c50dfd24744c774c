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

    private const string Stoppable = """
                record = copy_of(ss_record, se_record, dest_se_record, IStorageArrayPlugin.LUNType)
                RUNNING[record["uuid"]] = True
                open(os.path.join(folder_of(ss_record), "running-" + record["uuid"]), "w").close()
                return dict(record, async_progress=0, async_handle=record["uuid"])

            @staticmethod
            def getAsyncProgress(ss_record, se_record):
                record = FolderPlugin.getInfo(ss_record, se_record)
                ended(ss_record, record)
                return record

            @staticmethod
            def cancel(ss_record, se_record):
                return stopped(ss_record, se_record)

            @staticmethod
            def cloneFromSnap
        """;

    private const string Ended = """


        def ended(ss_record, se_record):
            path = os.path.join(folder_of(ss_record), "running-" + se_record["uuid"])
            was = os.path.exists(path)
            if was:
                os.unlink(path)
            return was


        """;

    private const string Elements = "        return [dict(copy.deepcopy(record), ss_uuid=self.server) for record in self.state[\"elements\"]]\n";
    private const string KeepElement =
        "        self.state[\"elements\"] = [other for other in self.state[\"elements\"] if other[\"uuid\"] != record[\"uuid\"]] + [record]\n";

    private const string Groups = "        return copy.deepcopy(self.state[\"groups\"])\n";
    private const string KeepGroups = "        self.state[\"groups\"] = groups\n";
    private const string Lock = "        fcntl.flock(self.lock, fcntl.LOCK_EX)\n";
    private const string Save = "        with open(self.path(\"records.new\"), \"w\") as file:\n";
    private const string Rename = "        os.rename(self.path(\"records.new\"), self.path(\"records.json\"))\n";
    private const string CurrentSnaps = "                return array.snapshots_of(array.find(se_record))\n";

    // What a process remembers.
    private const string Memory = "\n\nRUNNING = {}\nSTATES = {}\nSEEN = {}\n";

    private static readonly string Sample =
        File.ReadAllText(Path.Combine(StagedModule.Root, "docs", "examples", "python", "FolderPlugin.py")).Replace("\r\n", "\n", StringComparison.Ordinal);

    private readonly WorkerBed _bed = new();

    public static bool HasPython => PythonPluginTests.HasPython;

    /// <summary>A plug-in, and the clauses that it keeps and those that it breaks.</summary>
    public static TheoryData<string, string, string> Kinds => new()
    {
        { "as it is", "OTHER-3 OTHER-4 OTHER-6 OTHER-7 OTHER-8 OTHER-9 OTHER-11", "" },
        { "clones in the background", "OTHER-5", "" },
        { "can be stopped", "OTHER-5 OTHER-10", "" },
        { "reads its records once in a process", "", "OTHER-3 OTHER-4 OTHER-6 OTHER-7" },
        { "tells of what another process removed", "OTHER-3", "OTHER-4 OTHER-6 OTHER-7" },
        { "keeps groups in its process", "OTHER-4", "OTHER-3" },
        { "keeps what goes on in its process", "", "OTHER-5" },
        { "tells online as this process knew it", "OTHER-3", "OTHER-6 OTHER-7" },
        { "tells size as this process knew it", "OTHER-3 OTHER-4", "OTHER-6 OTHER-7" },
        { "tells access_grp_names as this process knew it", "OTHER-4", "OTHER-6 OTHER-7" },
        { "tells entries as this process knew them", "OTHER-3 OTHER-4", "OTHER-6 OTHER-7" },
        { "adds up the groups that this process has seen", "OTHER-3 OTHER-4", "OTHER-6 OTHER-7" },
        { "adds up the snapshots that this process has seen", "OTHER-3 OTHER-4", "OTHER-6 OTHER-7" },
        { "lists the elements that this process knew", "", "OTHER-6 OTHER-7" },
        { "locks in its process alone", "OTHER-3 OTHER-4", "OTHER-8 OTHER-9" },
        { "says that it stopped what another process began", "OTHER-5", "OTHER-10" },
        { "forgets that another process began it, and leaves it", "OTHER-5", "OTHER-10" },
        { "keeps its elements for each record", "OTHER-3 OTHER-4", "OTHER-11" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Theory(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [MemberData(nameof(Kinds))]
    public async Task What_is_kept_in_a_process_is_found(string plugin, string kept, string broken)
    {
        _bed.Register("FolderPlugin.py", Write(plugin));
        await _bed.OpenAsync("Folder", draft => draft with { ExtraInfo = $"Folder={_bed.NewFolder("array")}" });
        string[] chosen = ["CREATE-7", "CLONE-1", .. kept.Split(' '), .. broken.Split(' ')];
        using var run = new ConformanceRun(_bed.Engine, "lab",
            new() { Destructive = true, SizeBytes = 1 << 16, Include = [.. chosen.Where(clause => clause.Length > 0)] });

        var results = await run.RunAsync(Cancellation).ToListAsync(Cancellation);

        // In one process each of them is right.
        var wrong = broken.Split(' ');
        Assert.All(results, result => Assert.True(
            result.Outcome == (wrong.Contains(result.Clause) ? ConformanceOutcome.Failed : ConformanceOutcome.Passed),
            $"{result.Clause} is {result.Outcome}: {result.Reason}{result.Expected}, seen {result.Seen}"));
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
        "tells online as this process knew it" => Remember("online"),
        "tells size as this process knew it" => Remember("size"),
        "tells access_grp_names as this process knew it" => Remember("access_grp_names"),
        "tells entries as this process knew them" => Change(
            (Groups, "        return [dict(group, grp_entries=SEEN.setdefault(group[\"access_grp_name\"], group[\"grp_entries\"]))\n"
                + "                for group in copy.deepcopy(self.state[\"groups\"])]\n"),
            (KeepGroups, $"{KeepGroups}        for group in groups:\n            SEEN[group[\"access_grp_name\"]] = list(group[\"grp_entries\"])\n")),
        "adds up the groups that this process has seen" => Change(
            (Groups, "        for group in self.state[\"groups\"]:\n            SEEN[group[\"access_grp_name\"]] = copy.deepcopy(group)\n"
                + "        return [dict(group) for group in SEEN.values()]\n"),
            (KeepGroups, $"{KeepGroups}        SEEN.clear()\n")),
        "adds up the snapshots that this process has seen" => Change(
            (CurrentSnaps, """
                            for snapshot in array.snapshots_of(array.find(se_record)):
                                SEEN.setdefault(se_record["uuid"], {})[snapshot["uuid"]] = snapshot
                            return list(SEEN.get(se_record["uuid"], {}).values())

            """)),
        "lists the elements that this process knew" => Change(
            ("            return [record for record in array.elements() if record[\"se_type\"] in se_type]\n",
                "            return [record for record in SEEN.setdefault(array.folder, array.elements()) if record[\"se_type\"] in se_type]\n"),
            (KeepElement, $"{KeepElement}        SEEN.pop(self.folder, None)\n")),
        // Slow between reading and writing: what another process wrote meanwhile is lost.
        "locks in its process alone" => Change(
            (Lock, ""),
            (Save, $"        import time\n        time.sleep(1)\n{Save.Replace("records.new", "records.%d\" % os.getpid() + \"", StringComparison.Ordinal)}"),
            (Rename, Rename.Replace("records.new", "records.%d\" % os.getpid() + \"", StringComparison.Ordinal))),
        "can be stopped" => ToStop("FolderPlugin.remove(ss_record, se_record)\n        return True"),
        "says that it stopped what another process began" => ToStop(
            "if se_record[\"uuid\"] in RUNNING:\n            FolderPlugin.remove(ss_record, se_record)\n        return True"),
        "forgets that another process began it, and leaves it" => ToStop("RUNNING.pop(se_record[\"uuid\"], None)\n        return True"),
        "keeps its elements for each record" => Change(
            (Elements, Elements.Replace(
                "self.state[\"elements\"]]", "self.state[\"elements\"] if record[\"ss_uuid\"] == self.server]", StringComparison.Ordinal))),
        _ => Sample,
    };

    private static string Remember(string field) => Change(
        (Elements, "        return [dict(copy.deepcopy(record), ss_uuid=self.server,\n"
            + $"                     {field}=copy.deepcopy(SEEN.setdefault(record[\"uuid\"], record[\"{field}\"])))\n"
            + "                for record in self.state[\"elements\"]]\n"),
        (KeepElement, $"{KeepElement}        SEEN[record[\"uuid\"]] = copy.deepcopy(record[\"{field}\"])\n"));

    private static string ToStop(string stop) =>
        Change((Clone, Stoppable), ("\"clone_is_sync\":         ABILITY_TYPES.YES", "\"clone_is_sync\":         ABILITY_TYPES.NO"))
        + $"{Ended}def stopped(ss_record, se_record):\n    if ended(ss_record, se_record):\n        {stop}\n    return False\n";

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
