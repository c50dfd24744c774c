namespace StorageConnect.Conformance.Clauses;

/// <summary>Names that need care. An array may refuse one, and then says so; it never changes one.</summary>
[Chapter(70, "Names")]
internal static partial class NameClauses
{
    private const string Guide = "create()";
    private const int Longest = 255;

    [Clause("NAME-1", Guide, 7, "The longest name, 255 characters, is kept as it is, or refused.")]
    public static Task TheLongest(ClauseContext b) => IsKeptAsync(b, b.NewName().PadRight(Longest, 'x'));

    [Clause("NAME-2", Guide, 7, "Two long names that differ in their last character alone are two names.")]
    public static async Task LongNamesDiffer(ClauseContext b)
    {
        var name = b.NewName().PadRight(Longest - 1, 'x');
        if (await TryAsync(b, name + "1") is { } one && await TryAsync(b, name + "2") is { } other)
        {
            Check.That(one.Uuid != other.Uuid, "two elements", "one");
        }
    }

    [Clause("NAME-3", Guide, 7, "A name with spaces, several in a row too, is kept as it is, or refused.")]
    public static Task Spaces(ClauseContext b) => IsKeptAsync(b, $"{b.NewName()} a  b");

    [Clause("NAME-4", Guide, 7, "A name beyond ASCII is kept as it is, or refused.")]
    public static Task Unicode(ClauseContext b) => IsKeptAsync(b, $"{b.NewName()} größe 磁盘 \U0001F4BE e\u0301");

    [Clause("NAME-5", Guide, 7, "A name with a leading dash is kept as it is, or refused.")]
    public static Task LeadingDash(ClauseContext b) => IsKeptAsync(b, $"--{b.NewName()}");

    [Clause("NAME-6", Guide, 7, "A name with quotes is kept as it is, or refused.")]
    public static Task Quotes(ClauseContext b) => IsKeptAsync(b, $"{b.NewName()}'; drop \"table\" `x` \\");

    [Clause("NAME-7", Guide, 7, "A name that looks like a path is kept as it is, or refused.")]
    public static Task Path(ClauseContext b) => IsKeptAsync(b, $"../../{b.NewName()}/..");

    [Clause("NAME-8", Guide, 7, "A name with wildcards and variables is kept as it is, or refused.")]
    public static Task Wildcards(ClauseContext b) => IsKeptAsync(b, $"{b.NewName()}*?[a-z]$(x)%s&<>|");

    [Clause("NAME-9", Guide, 0, "Names that differ in case alone are two names, or the second is refused.")]
    public static async Task Case(ClauseContext b)
    {
        var name = b.NewName();
        var lower = await b.CreateAsync(name + "-case");
        try
        {
            var upper = await b.CreateAsync(name + "-CASE");
            Check.That(lower.Uuid != upper.Uuid, "two elements", "one");
            Check.Equal(name + "-CASE", upper.Name, "the name");
        }
        catch (StorageConnectException e) when (e is AlreadyExistsException or InvalidRequestException)
        {
            Check.Unchanged(lower, await b.InfoAsync(lower));
        }
    }

    [Clause("NAME-10", "createSnap()", 7,
        "A snapshot's odd name, and the longest one, is kept as it is, or refused.", Needs = [AbilityKey.Snapshot, AbilityKey.CustomSnapName])]
    public static async Task OfASnapshot(ClauseContext b)
    {
        var source = await b.CreateAsync();
        foreach (var name in OddNames(b))
        {
            if (await KeptOrRefusedAsync(() => b.SnapAsync(source, name)) is { } snapshot)
            {
                Check.Equal(name, snapshot.Name, "the name");
                Check.Equal(name, (await b.InfoAsync(snapshot)).Name, "the name that getInfo tells");
            }
        }
    }

    [Clause("NAME-11", "clone()", 7,
        "A clone's odd name, and the longest one, is kept as it is, or refused.", Needs = [AbilityKey.Clone, AbilityKey.CustomCloneName])]
    public static async Task OfAClone(ClauseContext b)
    {
        var source = await b.CreateAsync();
        foreach (var name in OddNames(b))
        {
            if (await KeptOrRefusedAsync(() => b.CloneAsync(source, name, null)) is { } clone)
            {
                Check.Equal(name, clone.Name, "the name");
                Check.Equal(name, (await b.InfoAsync(clone)).Name, "the name that getInfo tells");
            }
        }
    }

    private static string[] OddNames(ClauseContext b) => [$"-{b.NewName()} 'größe' ../*", b.NewName().PadRight(Longest, 'x')];

    [Clause("NAME-13", Guide, 7, "A name in mixed case is kept as it is, for elements, snapshots, clones and groups.")]
    public static async Task MixedCase(ClauseContext b)
    {
        string Name() => $"Osc-{b.NewName()}-aBc";
        if (await TryAsync(b, Name()) is not { } element)
        {
            return;
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)) && await b.AbilityAsync(AbilityKey.CustomSnapName) == Ability.Yes)
        {
            var name = Name();
            var snapshot = await b.SnapAsync(element, name);
            Check.Equal(name, (await b.InfoAsync(snapshot)).Name, "the snapshot's name");
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)) && await b.AbilityAsync(AbilityKey.CustomCloneName) == Ability.Yes)
        {
            var name = Name();
            var clone = await b.CloneAsync(element, name, null);
            Check.Equal(name, (await b.InfoAsync(clone)).Name, "the clone's name");
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var name = Name();
            await b.CreateGroupAsync(name);
            Check.That((await b.Array.GetAccessGroupsAsync(null, b.Token)).Any(group => group.Name == name), $"the group '{name}'", "none of that name");
        }
    }

    [Clause("NAME-14", Guide, 7, "Names that look alike but are composed otherwise (NFC and NFD) are two names, each kept as it is, or refused.")]
    public static async Task Composition(ClauseContext b)
    {
        // Alone: beside its twin it may be refused.
        await IsKeptAsync(b, $"{b.NewName()} e\u0301");
        var name = b.NewName();
        if (await TryAsync(b, name + "\u00e9") is not { } composed)
        {
            return;
        }

        try
        {
            var decomposed = await TryAsync(b, name + "e\u0301");
            Check.That(decomposed is null || decomposed.Uuid != composed.Uuid, "two elements", "one");
        }
        catch (AlreadyExistsException)
        {
            // An array that compares names by what they look like says so.
        }

        Check.Unchanged(composed, await b.InfoAsync(composed));
    }

    [Clause("NAME-15", Guide, 7,
        "A name with several blanks and in both compositions (NFC and NFD) is kept as it is, or refused: of snapshots, clones, groups.")]
    public static async Task BlanksAndCompositions(ClauseContext b)
    {
        string Name() => $"{b.NewName()}  a   b \u00e9 e\u0301";
        (string Composed, string Decomposed) Twins() => b.NewName() is var name ? (name + "\u00e9", name + "e\u0301") : default;
        var source = await b.CreateAsync();
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)) && await b.AbilityAsync(AbilityKey.CustomSnapName) == Ability.Yes)
        {
            var name = Name();
            await IsToldAsync(await KeptOrRefusedAsync(() => b.SnapAsync(source, name)), name);
            await DifferAsync(name => b.SnapAsync(source, name));
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)) && await b.AbilityAsync(AbilityKey.CustomCloneName) == Ability.Yes)
        {
            var name = Name();
            await IsToldAsync(await KeptOrRefusedAsync(() => b.CloneAsync(source, name, null)), name);
            await DifferAsync(name => b.CloneAsync(source, name, null));
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var name = Name();
            if (await KeptOrRefusedAsync(() => b.CreateGroupAsync(name)) is { } group)
            {
                Check.Equal(name, group.Name, "the group's name");
                Check.That((await b.Array.GetAccessGroupsAsync(null, b.Token)).Any(other => other.Name == name), $"the group '{name}'", "none of that name");
            }

            var (composed, decomposed) = Twins();
            if (await NewOrRefusedAsync(() => b.CreateGroupAsync(composed)) is { } one
                && await NewOrRefusedAsync(() => b.CreateGroupAsync(decomposed)) is { } two)
            {
                Check.Same(one.Entries, (await b.Array.FindAccessGroupAsync(composed, b.Token)).Entries, "entries of the group whose name is in NFC");
                Check.Same(two.Entries, (await b.Array.FindAccessGroupAsync(decomposed, b.Token)).Entries, "entries of the group whose name is in NFD");
            }
        }

        async Task DifferAsync(Func<string, Task<StorageElement>> make)
        {
            var (composed, decomposed) = Twins();
            if (await NewOrRefusedAsync(() => make(composed)) is { } one)
            {
                var two = await NewOrRefusedAsync(() => make(decomposed));
                Check.That(two is null || two.Uuid != one.Uuid, "two of them", "one");
                await IsToldAsync(one, composed);
                await IsToldAsync(two, decomposed);
            }
        }

        async Task IsToldAsync(StorageElement? made, string name)
        {
            if (made is not null)
            {
                Check.Equal(name, made.Name, "the name");
                Check.Equal(name, (await b.InfoAsync(made)).Name, "the name that getInfo tells");
            }
        }
    }

    [Clause("NAME-17", "createSnap()", 7, "A snapshot and an element of one name are told apart, or the second is refused.",
        Needs = [AbilityKey.Snapshot, AbilityKey.CustomSnapName])]
    public static async Task ASnapshotNamedAsAnElement(ClauseContext b)
    {
        var element = await b.CreateAsync();
        StorageElement? snapshot = null;
        await ClauseContext.TryAsync(async () => snapshot = await b.SnapAsync(element, element.Name));
        Check.Unchanged(element, await b.InfoAsync(element));
        if (snapshot is not null)
        {
            Check.Unchanged(snapshot, await b.InfoAsync(snapshot));
            await b.Array.SnapRemoveAsync(snapshot, b.Token);
        }

        Check.Unchanged(element, await b.InfoAsync(element));
        Check.Contains(element, await b.ListAsync(), "listed");
    }

    [Clause("NAME-18", Guide, 7, "A name that ends with a dot is kept as it is, or refused.")]
    public static Task Dot(ClauseContext b) => IsKeptAsync(b, $"{b.NewName()}.");

    [Clause("NAME-19", Guide, 7, "A name with what URLs, XML and shells escape is kept as it is, or refused: not escaped, and not unescaped.")]
    public static async Task Escapes(ClauseContext b)
    {
        foreach (var name in new[] { $"{b.NewName()} %41+b&c=d#e?f", $"{b.NewName()} &amp;<i> &#65;", $"{b.NewName()} \\x41 \\n $(id) `id`" })
        {
            await IsKeptAsync(b, name);
        }
    }

    [Clause("NAME-20", Guide, 7,
        "A name with what lists and paths are separated by, letters of other lengths in capitals, or beyond 16 bits is kept, or refused.")]
    public static async Task Separators(ClauseContext b)
    {
        foreach (var end in new[] { ":a@b,c", ";a|b_c", "{a}[b]^~c", "a\u00a0b", "\U0001F4BE", "\u00df \u0130 \ufb01" })
        {
            await IsKeptAsync(b, b.NewName() + end);
        }
    }

    private static async Task IsKeptAsync(ClauseContext b, string name) => await TryAsync(b, name);

    private static async Task<StorageElement?> TryAsync(ClauseContext b, string name)
    {
        if (await KeptOrRefusedAsync(() => b.CreateAsync(name)) is not { } element)
        {
            return null;
        }

        Check.Equal(name, element.Name, "the name");
        Check.Equal(name, (await b.InfoAsync(element)).Name, "the name that getInfo tells");
        Check.Contains(element, await b.ListAsync(new() { Name = name }), "found by its name");
        Check.Contains(element, await b.ListAsync(new() { NamePrefix = name }), "found by what its name begins with");
        Check.Equal(name, (await b.ListAsync()).Find(other => other.Uuid == element.Uuid)?.Name, "the name listed");
        return element;
    }

    /// <summary>As <see cref="KeptOrRefusedAsync"/>, of a name that resembles another: that may be the reason for refusing it.</summary>
    private static async Task<T?> NewOrRefusedAsync<T>(Func<Task<T>> make)
        where T : class
    {
        try
        {
            return await KeptOrRefusedAsync(make);
        }
        catch (AlreadyExistsException)
        {
            Check.Happened();
            return null;
        }
    }

    private static async Task<T?> KeptOrRefusedAsync<T>(Func<Task<T>> make)
        where T : class
    {
        try
        {
            return await make();
        }
        catch (InvalidRequestException)
        {
            Check.Happened();
            return null;
        }
    }
}
