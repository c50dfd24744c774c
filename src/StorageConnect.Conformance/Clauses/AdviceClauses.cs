namespace StorageConnect.Conformance.Clauses;

/// <summary>What users expect of an array though the guide doesn't demand it. What is missing is advice, never a failure.</summary>
[Chapter(307, "Advice")]
internal static class AdviceClauses
{
    private const string Class = "Class definition";
    private const string Info = "getInfo()";
    private const string Progress = "getAsyncProgress()";

    [Clause("ADVICE-1", Class, 0, "Usual: elements are created, removed, and set online and offline.", ReadOnly = true)]
    public static Task Elements(ClauseContext b) => HasAsync(b, "Users do that with the array's own tools, or not at all.",
        GuideMethod.Create, GuideMethod.Remove, GuideMethod.Online, GuideMethod.Offline);

    [Clause("ADVICE-2", Class, 0, "Usual: elements are presented to access groups.", ReadOnly = true)]
    public static async Task Presentation(ClauseContext b) => Check.Usual(
        ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)),
        "access_control is off: no cmdlet can let a host in, nor keep one out. Connect-OscStorageElement works only where hosts see every element.");

    [Clause("ADVICE-3", "createSnap()", 0, "Usual: snapshots are listed, restored and removed.", ReadOnly = true, Needs = [AbilityKey.Snapshot])]
    public static Task Snapshots(ClauseContext b) => HasAsync(b, "Users make snapshots, and find no way back or out with this module.",
        GuideMethod.GetCurrentSnaps, GuideMethod.SnapRestore, GuideMethod.SnapRemove);

    [Clause("ADVICE-4", "clone()", 0, "Usual: clones are listed, and the array tells whether and how many more can be made.", ReadOnly = true,
        Needs = [AbilityKey.Clone])]
    public static Task Clones(ClauseContext b) => HasAsync(b, "Users find out what is possible by trying.",
        GuideMethod.GetCurrentClones, GuideMethod.IsCloneable, GuideMethod.GetCloneLimits);

    [Clause("ADVICE-5", Info, 0, "Usual: the array tells its capacity.", ReadOnly = true)]
    public static async Task Capacity(ClauseContext b)
    {
        var info = await b.Array.GetInfoAsync(b.Token);
        Check.Usual(
            info is { TotalBytes: not null, FreeBytes: not null },
            "getInfo tells no TotalBytes or no FreeBytes: Get-OscStorageServer shows no capacity, and nobody is warned of a full array.");
    }

    [Clause("ADVICE-6", Info, 0, "Usual: an element, and a snapshot above all, tells when it was created.")]
    public static async Task Creation(ClauseContext b)
    {
        var element = await b.SubjectAsync();
        if (b.Implements(GuideMethod.Create) && ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            element = await b.SnapAsync(element);
        }

        var created = (await b.InfoAsync(element)).CreatedAt;
        Check.Usual(created is not null, $"getInfo tells no CreatedAt of a {element.Type}: Get-OscSnapshot -OlderThan and -KeepLast need it.");
    }

    [Clause("ADVICE-7", Progress, 0, "Usual: what goes on in the background can be stopped.", ReadOnly = true)]
    public static Task Cancel(ClauseContext b)
    {
        var key = DescriptorClauses.RequireAsyncKey(b);
        Check.Usual(b.Implements(GuideMethod.Cancel), $"{key} is not Yes, and the plug-in has no cancel: Stop-OscOperation can stop nothing.");
        return Task.CompletedTask;
    }

    [Clause("ADVICE-8", Progress, 0, "Usual: what goes on in the background tells a percentage.")]
    public static async Task Percentage(ClauseContext b)
    {
        foreach (var work in await AsyncClauses.BeginAllAsync(b))
        {
            var before = b.Recorder.AnswersOf<StorageElement>(GuideMethod.GetAsyncProgress).Count;
            await b.FinishAsync(work.Record, work.Kind);
            var told = b.Recorder.AnswersOf<StorageElement>(GuideMethod.GetAsyncProgress).Skip(before).Prepend(work.Record);
            Check.Usual(told.Any(record => record.AsyncProgress >= 0), $"The progress of {work.Method} is always -1: users see no bar and no remaining time.");
        }
    }

    [Clause("ADVICE-9", "Class methods", 0, "Usual: an error says what to do about it.", ReadOnly = true)]
    public static async Task Recommendation(ClauseContext b)
    {
        var server = await b.ValidatedServerAsync();
        try
        {
            await b.Raw.GetInfoAsync(server, b.Unknown, b.Token);
        }
        catch (StorageConnectException e)
        {
            Check.Usual(
                !string.IsNullOrWhiteSpace(e.Recommendation),
                "The error of getInfo for an element that isn't there has no Recommendation: set it wherever the plug-in throws, and Element too.");
        }
    }

    [Clause("ADVICE-10", "getStatus()", 0, "Usual: the status is told without all the rest (getStatus).", ReadOnly = true)]
    public static Task Status(ClauseContext b) => HasAsync(b, "Who watches many elements asks for everything each time.", GuideMethod.GetStatus);

    [Clause("ADVICE-11", "setQoS()", 0, "Usual: where there are qualities of service, an element's can be changed.", ReadOnly = true)]
    public static async Task Qualities(ClauseContext b)
    {
        await b.QualitiesAsync();
        await HasAsync(b, "Users copy the element to change its quality.", GuideMethod.SetQos);
    }

    [Clause("ADVICE-12", Class, 0, "Usual: Implements is left to the base class, which finds out by itself what is overridden.", ReadOnly = true)]
    public static Task Implements(ClauseContext b)
    {
        var declaring = (b.PluginClass ?? throw ClauseContext.Skip("The plug-in runs in a process of its own."))
            .GetMethod(nameof(StorageArrayPlugin.Implements))!.DeclaringType;
        Check.Usual(
            declaring == typeof(StorageArrayPlugin),
            $"{declaring!.Name} overrides Implements, which is for a class that stands in for another plug-in: methods added later are forgotten there.");
        return Task.CompletedTask;
    }

    [Clause("ADVICE-13", "createMultiSnap()", 0, "Usual: one snapshot is made of several elements at one instant.", ReadOnly = true,
        Needs = [AbilityKey.Snapshot])]
    public static Task MultiSnapshot(ClauseContext b) => HasAsync(b, "What lies on several elements, as a database and its log, has no common snapshot.",
        GuideMethod.CreateMultiSnap);

    [Clause("ADVICE-14", "validate()", 0, "Usual: validate refuses a wrong password. It is tried once.")]
    public static async Task WrongPassword(ClauseContext b)
    {
        var server = await b.ValidatedServerAsync();
        if (server.GetAdminSecret() is null)
        {
            throw ClauseContext.Skip("This server has no password.");
        }

        // Another record: a session of the first one's, if it is kept, must not open the door.
        using var wrong = new Secret("osc-conf-wrong-secret");
        var record = (server with { Uuid = Guid.NewGuid().ToString("n") }).WithAdminSecret(wrong);
        Check.Usual(
            !await ClauseContext.TryAsync(() => b.Raw.ValidateAsync(record, b.Token)),
            "validate accepts a password that isn't the array's: users find out at the first command after Register-OscStorageServer.");
    }

    private static Task HasAsync(ClauseContext b, string consequence, params string[] methods)
    {
        var missing = methods.Where(method => !b.Implements(method)).ToList();
        Check.Usual(missing.Count == 0, $"The plug-in has no {string.Join(", no ", missing)}. {consequence}");
        return Task.CompletedTask;
    }
}
