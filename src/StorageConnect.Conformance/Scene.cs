namespace StorageConnect.Conformance;

/// <summary>
/// An array in use: elements that are presented, offline, cloned and have snapshots, with qualities of service other than the default, and the groups
/// that they are presented to. A clause makes one call and then compares everything with what was before, so that no side effect stays unseen.
/// </summary>
internal sealed class Scene
{
    // The elements have marks of their own: data that are mixed up are seen.
    private const byte SubjectMark = 0x37;
    private const byte OtherMark = 0x73;
    private readonly Dictionary<string, long> _sizes = [];
    private readonly ClauseContext _context;
    private readonly List<StorageElement> _known = [];
    private bool _isMarked;

    private Scene(ClauseContext context) => _context = context;

    /// <summary>The element that calls work on: presented, with snapshots where the array has any.</summary>
    public StorageElement Subject { get; private set; } = null!;

    /// <summary>An element that is presented together with the subject.</summary>
    public StorageElement Other { get; private set; } = null!;

    /// <summary>An element without snapshots, clones and presentation.</summary>
    public StorageElement Spare { get; private set; } = null!;

    /// <summary>The subject's older snapshot; null where the array makes none.</summary>
    public StorageElement? Older { get; private set; }

    /// <summary>The subject's newer snapshot; null where the array makes none.</summary>
    public StorageElement? Newer { get; private set; }

    /// <summary>A clone of the other element; null where the array makes none.</summary>
    public StorageElement? Clone { get; private set; }

    /// <summary>
    /// The groups: the subject and the other element are presented to the first, the other element to the second, nothing to the third. Empty without
    /// access control.
    /// </summary>
    public IReadOnlyList<AccessGroup> Groups { get; private set; } = [];

    public static async Task<Scene> CreateAsync(ClauseContext b)
    {
        var scene = new Scene(b);
        var quality = await b.AnyQualityAsync();
        scene.Subject = await b.CreateAsync(qos: quality);
        scene.Other = await b.CreateAsync(thin: false, qos: quality);
        scene.Spare = await b.CreateAsync(qos: quality);
        var offline = await b.CreateAsync();
        await b.Array.OfflineAsync(offline, b.Token);
        await scene.WriteMarksAsync();
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            scene.Older = await b.SnapAsync(scene.Subject);
            scene.Newer = await b.SnapAsync(scene.Subject);
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            scene.Clone = await b.CloneAsync(scene.Other);
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            scene.Groups = [await b.CreateGroupAsync(), await b.CreateGroupAsync(), await b.CreateGroupAsync()];
            await b.Array.StartPresentAsync(scene.Subject, [scene.Groups[0].Name], b.Token);
            await b.Array.StartPresentAsync(scene.Other, [scene.Groups[0].Name, scene.Groups[1].Name], b.Token);
        }

        await scene.CheckCreatedAsync(offline);
        scene._known.AddRange(new[] { scene.Subject, scene.Other, scene.Spare, offline, scene.Older, scene.Newer, scene.Clone }.OfType<StorageElement>());
        return scene;
    }

    /// <summary>What is seen of everything now.</summary>
    public async Task<SceneState> CaptureAsync()
    {
        var elements = new Dictionary<string, StorageElement>();
        foreach (var element in _known)
        {
            try
            {
                elements[element.Uuid] = await _context.InfoAsync(element);
            }
            catch (NotFoundException)
            {
                // It is gone: the comparison says whether it should be.
            }
        }

        var listed = (await _context.ListAsync()).Where(element => elements.ContainsKey(element.Uuid)).ToDictionary(element => element.Uuid);
        foreach (var element in elements.Values.Where(element => element.Type != StorageElementType.Snapshot))
        {
            Check.That(listed.ContainsKey(element.Uuid), $"'{element.Name}' listed", "it isn't");
            Check.Unchanged(element, listed[element.Uuid]);
        }

        return new(elements, await CaptureSnapshotsAsync(), await CaptureGroupsAsync(), await ReadMarksAsync(elements.Values));
    }

    /// <summary>What the subject's newer snapshot holds is what it held: seen on a clone of it, where the array makes one.</summary>
    public async Task CheckSnapshotDataAsync()
    {
        if (_isMarked && Newer is not null && ClauseContext.Can(await _context.AbilityAsync(AbilityKey.SnapClone)))
        {
            Check.Equal(SubjectMark, await _context.ReadAsync(await _context.CloneFromSnapAsync(Subject, Newer)), $"the data of the snapshot '{Newer.Name}'");
        }
    }

    /// <summary>What was done to build the scene has changed nothing else: the comparison later couldn't see it.</summary>
    private async Task CheckCreatedAsync(StorageElement offline)
    {
        var names = Groups.Select(group => group.Name).ToList();
        Check.Unchanged(Subject with { AccessGroupNames = names.Take(1).ToValueList() }, await _context.InfoAsync(Subject));
        Check.Unchanged(Other with { AccessGroupNames = names.Take(2).ToValueList() }, await _context.InfoAsync(Other));
        Check.Unchanged(Spare, await _context.InfoAsync(Spare));
        Check.Unchanged(offline with { State = StorageElementState.Offline }, await _context.InfoAsync(offline));
        foreach (var snapshot in new[] { Older, Newer }.OfType<StorageElement>())
        {
            Check.Unchanged(snapshot, await _context.InfoAsync(snapshot));
        }

        Check.Same(
            Groups.Select(group => $"{group.Name}: {string.Join(' ', group.Entries.Order(StringComparer.Ordinal))}"),
            (await CaptureGroupsAsync()).Select(group => $"{group.Key}: {group.Value}"),
            "access groups with their entries");
        if (_isMarked)
        {
            Check.Equal(SubjectMark, await ReadAsync(Subject), $"the data of '{Subject.Name}'");
            Check.Equal(OtherMark, await ReadAsync(Other), $"the data of '{Other.Name}'");
        }
    }

    /// <summary>What could be read before can be read still.</summary>
    private async Task<byte> ReadAsync(StorageElement element)
    {
        try
        {
            return await _context.ReadAsync(element);
        }
        catch (ClauseSkippedException)
        {
            throw new ClauseFailedException($"data of '{element.Name}' that this host can read, as before", "no path");
        }
    }

    private async Task<List<string>> CaptureSnapshotsAsync()
    {
        if (Older is null)
        {
            return [];
        }

        var ours = _known.Select(element => element.Uuid).ToHashSet();
        return [.. (await _context.CurrentSnapsAsync(null)).Select(snapshot => snapshot.Uuid).Where(ours.Contains).Order(StringComparer.Ordinal)];
    }

    private async Task<Dictionary<string, string>> CaptureGroupsAsync()
    {
        if (Groups.Count == 0)
        {
            return [];
        }

        var ours = Groups.Select(group => group.Name).ToHashSet();
        return (await _context.Array.GetAccessGroupsAsync(null, _context.Token)).Where(group => ours.Contains(group.Name))
            .ToDictionary(group => group.Name, group => string.Join(' ', group.Entries.Order(StringComparer.Ordinal)));
    }

    private async Task WriteMarksAsync()
    {
        try
        {
            await _context.WriteAsync(Subject, SubjectMark);
            await _context.WriteAsync(Other, OtherMark);
            _isMarked = true;
        }
        catch (ClauseSkippedException)
        {
            // This host can't read the data: everything else is compared all the same.
        }
    }

    private async Task<Dictionary<string, byte>> ReadMarksAsync(IEnumerable<StorageElement> elements)
    {
        var marks = new Dictionary<string, byte>();
        foreach (var element in elements.Where(element => element.Type != StorageElementType.Snapshot && element.State == StorageElementState.Online))
        {
            try
            {
                // The end is where it was at first: what a resize adds is empty.
                _sizes.TryAdd(element.Uuid, element.SizeBytes);
                marks[element.Uuid] = await _context.ReadAsync(element, _sizes[element.Uuid]);
            }
            catch (ClauseSkippedException)
            {
                break;
            }
        }

        return marks;
    }
}

/// <summary>What was seen of a scene.</summary>
/// <param name="Elements">LUNs, clones and snapshots by their Uuid.</param>
/// <param name="Snapshots">The Uuids that getCurrentSnaps returned.</param>
/// <param name="Groups">The groups' entries by their names.</param>
/// <param name="Marks">The first byte of each element that this host can read.</param>
internal sealed record SceneState(Dictionary<string, StorageElement> Elements, List<string> Snapshots, Dictionary<string, string> Groups, Dictionary<string,
    byte> Marks)
{
    /// <summary>Checks that what is seen now is what was before, but for the changes meant.</summary>
    /// <param name="now">What is seen now.</param>
    /// <param name="change">What becomes of an element; null for one that is removed.</param>
    /// <param name="changeGroups">What becomes of the groups.</param>
    public void CheckAgainst(SceneState now, Func<StorageElement, StorageElement?> change, Func<Dictionary<string, string>, Dictionary<string,
        string>> changeGroups)
    {
        foreach (var before in Elements.Values)
        {
            var after = now.Elements.GetValueOrDefault(before.Uuid);
            if (change(before) is not { } expected)
            {
                Check.That(after is null, $"'{before.Name}' removed", "it is there");
                continue;
            }

            Check.That(after is not null, $"'{before.Name}' still there", "it is gone");
            Check.Unchanged(expected, after!);
            if (Marks.TryGetValue(before.Uuid, out var mark) && now.Marks.TryGetValue(before.Uuid, out var markNow))
            {
                Check.Equal(mark, markNow, $"the data of '{before.Name}'");
            }
        }

        Check.Same(Snapshots.Where(uuid => Elements.GetValueOrDefault(uuid) is not { } before || change(before) is not null), now.Snapshots,
            "snapshots listed");
        Check.Same(changeGroups(Groups).Select(Text), now.Groups.Select(Text), "access groups with their entries");
    }

    private static string Text(KeyValuePair<string, string> group) => $"{group.Key}: {group.Value}";
}
