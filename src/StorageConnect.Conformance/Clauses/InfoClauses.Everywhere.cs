namespace StorageConnect.Conformance.Clauses;

/// <content>What every call tells is the same, of elements that differ in everything from the plain ones.</content>
internal static partial class InfoClauses
{
    // Mixed case, blanks in a row, both compositions.
    private const string OddName = " Ab  \u00c9 e\u0301 x";

    [Clause("INFO-12", Guide, 0, "Of what is made one after the other the later tells the later time of creation: element, snapshot, clone.")]
    public static async Task LaterIsLater(ClauseContext b)
    {
        var element = await b.CreateAsync();
        if ((await b.InfoAsync(element)).CreatedAt is not { } first)
        {
            throw ClauseContext.Skip("The plug-in tells no times of creation.");
        }

        var later = await LaterThanAsync(b, first);
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            var snapshot = await b.SnapAsync(element);
            await IsAfterAsync(snapshot);
            later = await LaterThanAsync(b, later);
            if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.SnapClone)))
            {
                await IsAfterAsync(await b.CloneFromSnapAsync(element, snapshot));
            }
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            await IsAfterAsync(await b.CloneAsync(element));
        }

        async Task IsAfterAsync(StorageElement copy)
        {
            var told = (await b.InfoAsync(copy)).CreatedAt;
            Check.That(told is null || told >= later, $"a {copy.Type} that was made after {later:o}", told?.ToString("o"));
        }
    }

    [Clause("INFO-13", Guide, 0,
        "What has an odd size and name, no default quality, no thin provisioning, and is presented, is told the same by every call; its copies too.")]
    public static async Task ToldTheSameByEveryCall(ClauseContext b)
    {
        var quality = await b.AnyQualityAsync();
        var element = await OddAsync(b.NewName(), name => b.CreateAsync(name, b.Size + 4097, thin: false, qos: quality));
        await AnsweredAsync(b, GuideMethod.Create, element);
        var all = new List<StorageElement> { element };
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            var snapshot = await OddAsync(b.NewName(), name => b.SnapAsync(element, name));
            all.Add(snapshot);
            await AnsweredAsync(b, GuideMethod.CreateSnap, snapshot);
            if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.SnapClone)))
            {
                await AnsweredAsync(b, GuideMethod.CloneFromSnap, await OddAsync(b.NewName(), name => b.CloneFromSnapAsync(element, snapshot, name)));
            }
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            all.Add(await OddAsync(b.NewName(), name => b.CloneAsync(element, name, null)));
            await AnsweredAsync(b, GuideMethod.Clone, all[^1]);
        }

        var groups = new List<AccessGroup>();
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            groups.Add(await OddAsync(b.NewName(), name => b.CreateGroupAsync(name)));
            groups.Add(await OddAsync(b.NewName(), name => b.CreateGroupAsync(name)));
        }

        await TheSameAsync(b, all, groups);
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Resize)))
        {
            await AnsweredAsync(b, GuideMethod.Resize, await b.ResizeAsync(element, (b.Size * 2) + 4097));
        }

        var isOffline = false;
        foreach (var one in all.Where(one => one.Type != StorageElementType.Snapshot))
        {
            isOffline |= await ClauseContext.TryAsync(() => b.Array.OfflineAsync(one, b.Token));
        }

        if (isOffline)
        {
            await TheSameAsync(b, all, []);
        }

        if (all[^1].Type == StorageElementType.SnapClone && ClauseContext.Can(await b.AbilityAsync(AbilityKey.SplitClone)))
        {
            await AnsweredAsync(b, GuideMethod.SplitClone, await b.SplitAsync(all[^1]));
        }
    }

    /// <summary>What the plug-in itself answered, if it was done at once, is what getInfo tells then.</summary>
    private static async Task AnsweredAsync(ClauseContext b, string method, StorageElement made)
    {
        if (b.Recorder.AnswersOf<StorageElement>(method).LastOrDefault(answer => answer.Uuid == made.Uuid) is { AsyncProgress: null } answer)
        {
            var info = await b.InfoAsync(made);
            // What works on offline elements alone is set online again after the call.
            Check.TheSame(method is GuideMethod.Resize or GuideMethod.SplitClone ? info with { State = answer.State } : info, answer, method);
            var groups = b.Server.VolumeGroups;
            Check.That(
                groups.Count == 0 || info.VolumeGroupName is null || groups.Contains(info.VolumeGroupName),
                $"one of the volume groups {Check.Show(groups)}",
                info.VolumeGroupName);
        }
    }

    private static async Task TheSameAsync(ClauseContext b, List<StorageElement> all, List<AccessGroup> groups)
    {
        var server = await b.ValidatedServerAsync();
        foreach (var element in all.Where(element => element.Type != StorageElementType.Snapshot && groups.Count > 0))
        {
            if (b.Descriptor.IdentityFromPresentation)
            {
                // Through the engine first: the run says what it means where elements of this kind can't be presented at all.
                await b.Array.StartPresentAsync(element, [groups[0].Name], b.Token);
                await b.Array.StopPresentAsync(element, [groups[0].Name], b.Token);
            }

            // The engine corrects nothing of these answers, but callers go on with them.
            var presented = new List<AccessGroup>();
            foreach (var group in groups)
            {
                try
                {
                    var answer = await b.Raw.StartPresentAsync(server, element, [group.Name], b.Token);
                    Check.TheSame(await b.InfoAsync(element), answer, GuideMethod.StartPresent);
                    presented.Add(group);
                }
                catch (LimitExceededException) when (presented.Count > 0)
                {
                    // An array may present an element of this kind or quality to one group alone.
                }
            }

            var withdrawn = await b.Raw.StopPresentAsync(server, element, [groups[0].Name], b.Token);
            Check.TheSame(await b.InfoAsync(element), withdrawn, GuideMethod.StopPresent);
            await b.Raw.StartPresentAsync(server, element, [groups[0].Name], b.Token);

            var told = await b.Raw.GetAccessGroupsAsync(server, element, b.Token);
            Check.Same(presented.Select(Text), told.Select(Text), $"groups of '{element.Name}' with their entries");
        }

        foreach (var element in all)
        {
            var info = await b.Raw.GetInfoAsync(server, element, b.Token);
            Check.Equal(element.Name, info.Name, "the name that getInfo tells");
            if (element.Type == StorageElementType.Snapshot)
            {
                await b.CurrentSnapsAsync(null);
                IsAmong(await b.Raw.GetCurrentSnapsAsync(server, null, b.Token), info, "getCurrentSnaps");
                IsAmong(await b.Raw.GetCurrentSnapsAsync(server, all[0], b.Token), info, "getCurrentSnaps of its source");
                continue;
            }

            IsAmong(await b.Raw.ListAsync(server, new(), b.Token).ToListAsync(b.Token), info, "list");
            IsAmong(await b.Raw.ListAsync(server, new() { Name = info.Name }, b.Token).ToListAsync(b.Token), info, "list by its name");
            IsAmong(await b.Raw.ListAsync(server, new() { Uuid = info.Uuid }, b.Token).ToListAsync(b.Token), info, "list by its identity");
            if (info.Page83Id.Length > 0)
            {
                IsAmong(await b.Raw.ListAsync(server, new() { Page83Id = info.Page83Id }, b.Token).ToListAsync(b.Token), info, "list by its page 0x83 id");
            }

            IsAmong(await b.Array.UpdateStorageElementsAsync([info], appendAllowed: false, b.Token), info, "updateSERecords");
            if (element.Type == StorageElementType.SnapClone)
            {
                await b.CurrentClonesAsync(null);
                IsAmong(await b.Raw.GetCurrentClonesAsync(server, null, b.Token), info, "getCurrentClones");
                IsAmong(await b.Raw.GetCurrentClonesAsync(server, all[0], b.Token), info, "getCurrentClones of its source");
            }
        }
    }

    private static void IsAmong(IEnumerable<StorageElement> told, StorageElement info, string method)
    {
        var same = told.Where(other => other.Uuid == info.Uuid).ToList();
        Check.That(same.Count == 1, $"'{info.Name}' once in the answer of {method}", $"{same.Count} times");
        Check.TheSame(info, same[0], method);
    }

    /// <summary>Something with an odd name, or with a plain one where the array refuses that.</summary>
    private static async Task<T> OddAsync<T>(string name, Func<string, Task<T>> make)
    {
        try
        {
            return await make(name + OddName);
        }
        catch (InvalidRequestException)
        {
            return await make(name);
        }
    }

    /// <summary>The time of an element that was created later, by the array's clock; the clause is skipped where that clock goes in coarse steps.</summary>
    private static async Task<DateTimeOffset> LaterThanAsync(ClauseContext b, DateTimeOffset first)
    {
        var end = DateTime.UtcNow.AddSeconds(3);
        for (var turn = 0; DateTime.UtcNow < end; turn++)
        {
            if ((await b.InfoAsync(await b.CreateAsync())).CreatedAt is { } later && later > first)
            {
                return later;
            }

            await b.PauseAsync(turn);
        }

        throw ClauseContext.Skip("Elements that are created seconds after each other tell the same time.");
    }

    private static string Text(AccessGroup group) => $"{group.Name}: {string.Join(' ', group.Entries.Order(StringComparer.Ordinal))}";
}
