namespace StorageConnect.Conformance.Clauses;

/// <summary>getInfo and getStatus of an element.</summary>
[Chapter(80, "Info")]
internal static partial class InfoClauses
{
    private const string Guide = "getInfo()";

    [Clause("INFO-1", Guide, 0, "getInfo finds an element by its identity, whatever else the record says.")]
    public static async Task FindsByUuid(ClauseContext b)
    {
        var element = await b.SubjectAsync();
        Check.Unchanged(element, await b.InfoAsync(new() { Uuid = element.Uuid, Name = "osc-conf-another-name" }));
    }

    [Clause("INFO-2", Guide, 0, "getInfo of an element that isn't there is NotFound.", ReadOnly = true)]
    public static async Task Unknown(ClauseContext b) => await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(b.Unknown), "an unknown element");

    [Clause("INFO-3", Guide, 0, "getInfo tells of snapshots too.", Needs = [AbilityKey.Snapshot])]
    public static async Task OfASnapshot(ClauseContext b)
    {
        var snapshot = await b.SnapAsync(await b.CreateAsync());
        var info = await b.InfoAsync(snapshot);
        Check.Unchanged(snapshot, info);
        Check.Same(snapshot.SourceUuids, info.SourceUuids, "what it was made of");
    }

    [Clause("INFO-4", "getStatus()", 0, "getStatus of an element is a text.")]
    public static async Task Status(ClauseContext b)
    {
        var status = await b.Array.GetStatusAsync(await b.SubjectAsync(), b.Token);
        Check.That(!string.IsNullOrWhiteSpace(status), "a status", status);
    }

    [Clause("INFO-5", "getStatus()", 0, "getStatus of an element that isn't there is NotFound.", ReadOnly = true)]
    public static async Task StatusOfUnknown(ClauseContext b) =>
        await Check.RefusedAsync<NotFoundException>(() => b.Array.GetStatusAsync(b.Unknown, b.Token), "an unknown element");

    [Clause("INFO-6", "getStatus()", 0, "getStatus of a snapshot is a text.", Needs = [AbilityKey.Snapshot])]
    public static async Task StatusOfASnapshot(ClauseContext b)
    {
        var status = await b.Array.GetStatusAsync(await b.SnapAsync(await b.CreateAsync()), b.Token);
        Check.That(!string.IsNullOrWhiteSpace(status), "a status", status);
    }

    [Clause("INFO-8", Guide, 0, "The time of creation, where it is told, is when it was created, in whatever time zone the array is.")]
    public static async Task CreatedNow(ClauseContext b)
    {
        var before = DateTimeOffset.UtcNow;
        var element = await b.CreateAsync();
        if ((await b.InfoAsync(element)).CreatedAt is not { } told)
        {
            throw ClauseContext.Skip("The plug-in tells no times of creation.");
        }

        IsNow(element with { CreatedAt = told });
        IsNow(element);
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            await AreNowAsync(await b.CloneAsync(element));
        }

        if (!ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            return;
        }

        var snapshot = await b.SnapAsync(element);
        await AreNowAsync(snapshot);
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.SnapClone)))
        {
            await AreNowAsync(await b.CloneFromSnapAsync(element, snapshot));
        }

        async Task AreNowAsync(StorageElement made)
        {
            IsNow(made);
            IsNow(await b.InfoAsync(made));
        }

        void IsNow(StorageElement made) => IsCreatedAfter(made, before);
    }

    /// <summary>Its time of creation, where it is told, is between a moment and now; arrays' clocks are minutes apart.</summary>
    public static void IsCreatedAfter(StorageElement made, DateTimeOffset before)
    {
        var tolerance = TimeSpan.FromMinutes(20);
        if (made.CreatedAt is { } time)
        {
            Check.That(time > before - tolerance && time < DateTimeOffset.UtcNow + tolerance,
                $"about {before:u} for '{made.Name}', a {made.Type} (is the array's clock or its time zone wrong?)", time);
        }
    }

    [Clause("INFO-7", Guide, 21, "getInfo tells no progress: only what a call began has any.")]
    public static async Task NoProgress(ClauseContext b) => Check.Equal(null, (await b.InfoAsync(await b.SubjectAsync())).AsyncProgress, "progress");

    [Clause("INFO-9", Guide, 0, "getInfo of a clone or a snapshot finds it by its identity, whatever else the record says.", Needs = [AbilityKey.Snapshot])]
    public static async Task CopiesByUuid(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var copies = new List<StorageElement> { await b.SnapAsync(source), await b.SnapAsync(source) };
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            copies.AddRange([await b.CloneAsync(source), await b.CloneAsync(source)]);
        }

        foreach (var copy in copies)
        {
            Check.Unchanged(copy, await b.InfoAsync(new() { Uuid = copy.Uuid, Type = copy.Type, Name = source.Name }));
        }
    }

    [Clause("INFO-10", "getStatus()", 0, "getStatus of a clone, an offline and a presented element is a text.")]
    public static async Task StatusOfOthers(ClauseContext b)
    {
        var elements = new List<StorageElement> { await b.CreateAsync(), await b.CreateAsync() };
        await ClauseContext.TryAsync(() => b.Array.OfflineAsync(elements[0], b.Token));
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            await b.Array.StartPresentAsync(elements[1], [(await b.CreateGroupAsync()).Name], b.Token);
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            elements.Add(await b.CloneAsync(elements[1]));
        }

        foreach (var element in elements)
        {
            Check.That(!string.IsNullOrWhiteSpace(await b.Array.GetStatusAsync(element, b.Token)), $"a status of '{element.Name}'", "none");
        }
    }

    [Clause("INFO-11", Guide, 0, "Figures, where they are told, fit together: none below 0, and no more unique bytes than used ones.")]
    public static async Task FiguresFit(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await b.InfoAsync(element);
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            await b.InfoAsync(await b.CloneAsync(element));
            await b.InfoAsync(element);
        }

        // The engine drops impossible figures, so the plug-in's own answers are checked.
        var figures = b.Recorder.AnswersOf<StorageElement>().Where(told => told.UsedBytes is not null || told.UniqueBytes is not null).ToList();
        if (figures.Count == 0)
        {
            throw ClauseContext.Skip("The plug-in tells neither used nor unique bytes of an element.");
        }

        Check.Each(
            figures,
            told => told is { UsedBytes: null or >= 0, UniqueBytes: null or >= 0 } && !(told.UniqueBytes > told.UsedBytes),
            "used and unique bytes that fit together",
            told => $"{told.UsedBytes} used, {told.UniqueBytes} unique of '{told.Name}'");
    }
}
