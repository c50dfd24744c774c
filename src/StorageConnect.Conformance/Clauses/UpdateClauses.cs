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
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            await b.SnapAsync(element);
        }

        var answer = await b.Array.UpdateStorageElementsAsync([element], appendAllowed: true, b.Token);
        Check.Contains(element, answer, "in the answer");
        Check.That(answer.Select(other => other.Uuid).Distinct().Count() == answer.Count, "each element once", answer.Select(other => other.Name));
        Check.That(answer.All(other => other.Type != StorageElementType.Snapshot), "no snapshot that was not asked for",
            answer.FirstOrDefault(other => other.Type == StorageElementType.Snapshot));
    }

    [Clause("UPDATE-6", Guide, 0, "Records of clones, snapshots and offline elements are completed as well, in one call too.")]
    public static async Task OfEveryKind(ClauseContext b)
    {
        var (element, offline) = (await b.CreateAsync(), await b.CreateAsync());
        await ClauseContext.TryAsync(() => b.Array.OfflineAsync(offline, b.Token));
        List<StorageElement> asked = [offline, element];
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            asked.Add(await b.SnapAsync(element));
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            asked.Insert(0, await b.CloneAsync(element));
        }

        var answer = await b.Array.UpdateStorageElementsAsync(asked, appendAllowed: false, b.Token);
        Check.Equal(string.Join(", ", asked.Select(one => one.Name)), string.Join(", ", answer.Select(one => one.Name)), "elements in the answer");
        foreach (var told in answer)
        {
            Check.Unchanged(await b.InfoAsync(told), told);
        }
    }

    [Clause("UPDATE-3", Guide, 0, "An old record is brought up to date.")]
    public static async Task IsBroughtUpToDate(ClauseContext b)
    {
        var element = await b.SubjectAsync();
        var answer = await b.Array.UpdateStorageElementsAsync([new() { Uuid = element.Uuid, Name = element.Name }], appendAllowed: false, b.Token);
        Check.Unchanged(element, answer[0]);
        if (b.Implements(GuideMethod.Create))
        {
            await IsAsGetInfoTellsAsync(b, element);
        }
    }

    /// <summary>The record says what was so before: not presented, smaller, online.</summary>
    private static async Task IsAsGetInfoTellsAsync(ClauseContext b, StorageElement old)
    {
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            await b.Array.StartPresentAsync(old, [(await b.CreateGroupAsync()).Name], b.Token);
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Resize)))
        {
            await ClauseContext.TryAsync(() => b.ResizeAsync(old, b.Size * 2));
        }

        await ClauseContext.TryAsync(() => b.Array.OfflineAsync(old, b.Token));
        var now = await b.InfoAsync(old);
        Check.Unchanged(now, (await b.Array.UpdateStorageElementsAsync([old], appendAllowed: false, b.Token))[0]);
        if (now.AccessGroupNames.Count > 0)
        {
            await b.Array.StopPresentAsync(now, now.AccessGroupNames, b.Token);
            Check.Same([], (await b.Array.UpdateStorageElementsAsync([now], appendAllowed: false, b.Token))[0].AccessGroupNames,
                "groups of what was withdrawn since");
        }
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
