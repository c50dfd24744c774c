namespace StorageConnect.Conformance.Clauses;

/// <summary>updateSERecords.</summary>
[Chapter(240, "Update")]
internal static class UpdateClauses
{
    private const string Guide = "updateSERecords()";

    [Clause("UPDATE-1", Guide, 23, "updateSERecords answers the records it was given, in their order, and no others.")]
    public static async Task TheSameOnes(ClauseContext b)
    {
        StorageElement[] asked = [await b.CreateAsync(), await b.CreateAsync()];
        await b.CreateAsync();
        var answer = await b.Array.UpdateStorageElementsAsync(asked, appendAllowed: false, b.Token);
        Check.Equal(string.Join(", ", asked.Select(element => element.Name)), string.Join(", ", answer.Select(element => element.Name)),
            "elements in the answer");
    }

    [Clause("UPDATE-2", Guide, 23, "With append_allowed others may be added; those asked for are there.")]
    public static async Task OthersMayBeAdded(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await b.CreateAsync();
        var answer = await b.Array.UpdateStorageElementsAsync([element], appendAllowed: true, b.Token);
        Check.Contains(element, answer, "in the answer");
        Check.That(answer.Select(other => other.Uuid).Distinct().Count() == answer.Count, "each element once", answer.Select(other => other.Name));
    }

    [Clause("UPDATE-3", Guide, 0, "An old record is brought up to date.")]
    public static async Task IsBroughtUpToDate(ClauseContext b)
    {
        var element = await b.SubjectAsync();
        var answer = await b.Array.UpdateStorageElementsAsync([new() { Uuid = element.Uuid, Name = element.Name }], appendAllowed: false, b.Token);
        Check.Unchanged(element, answer[0]);
    }

    [Clause("UPDATE-4", Guide, 0, "A record of what isn't there is NotFound.", ReadOnly = true)]
    public static async Task Unknown(ClauseContext b) =>
        await Check.RefusedAsync<NotFoundException>(() => b.Array.UpdateStorageElementsAsync([b.Unknown], appendAllowed: false, b.Token), "an unknown element");

    [Clause("UPDATE-5", Guide, 0, "Device paths that are told exist, and are gone when the element is offline.")]
    public static async Task DevicePathsAreTrue(ClauseContext b)
    {
        var element = await b.CreateAsync();
        var paths = (await b.Array.UpdateStorageElementsAsync([element], appendAllowed: false, b.Token))[0].DevicePaths;
        if (paths.Count == 0)
        {
            throw ClauseContext.Skip("This host doesn't see the element.");
        }

        Check.That(paths.All(File.Exists), "paths that exist", paths);
        await b.Array.OfflineAsync(element, b.Token);
        Check.Same([], (await b.Array.UpdateStorageElementsAsync([element], appendAllowed: false, b.Token))[0].DevicePaths, "paths of the offline element");
    }
}
