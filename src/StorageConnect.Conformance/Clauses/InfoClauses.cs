namespace StorageConnect.Conformance.Clauses;

/// <summary>getInfo and getStatus of an element.</summary>
[Chapter(80, "Info")]
internal static class InfoClauses
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
        var tolerance = TimeSpan.FromMinutes(20);
        var before = DateTimeOffset.UtcNow;
        var element = await b.CreateAsync();
        if ((await b.InfoAsync(element)).CreatedAt is not { } told)
        {
            throw ClauseContext.Skip("The plug-in tells no times of creation.");
        }

        Check.That(told > before - tolerance && told < DateTimeOffset.UtcNow + tolerance, $"about {before:u} (is the array's clock or its time zone wrong?)",
            told);
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)) && (await b.SnapAsync(element)).CreatedAt is { } snapped)
        {
            Check.That(snapped > before - tolerance && snapped < DateTimeOffset.UtcNow + tolerance, $"about {before:u} for the snapshot", snapped);
        }
    }

    [Clause("INFO-7", Guide, 21, "getInfo tells no progress: only what a call began has any.")]
    public static async Task NoProgress(ClauseContext b) => Check.Equal(null, (await b.InfoAsync(await b.SubjectAsync())).AsyncProgress, "progress");
}
