namespace StorageConnect.Conformance.Clauses;

/// <summary>resize.</summary>
[Chapter(120, "Resize")]
internal static class ResizeClauses
{
    private const string Guide = "resize()";

    [Clause("RESIZE-1", Guide, 14, "Growing answers the actual size: what was wanted, or more.", Needs = [AbilityKey.Resize])]
    public static async Task Grows(ClauseContext b)
    {
        var grown = await b.ResizeAsync(await b.CreateAsync(), b.Size * 2);
        Check.That(grown.SizeBytes >= b.Size * 2, $"{b.Size * 2} bytes or more", grown.SizeBytes);
    }

    [Clause("RESIZE-2", Guide, 14, "The size answered is the one that getInfo and list tell then.", Needs = [AbilityKey.Resize])]
    public static async Task TheSizeIsTrue(ClauseContext b)
    {
        var grown = await b.ResizeAsync(await b.CreateAsync(), b.Size * 2);
        Check.Equal(grown.SizeBytes, (await b.InfoAsync(grown)).SizeBytes, "the size that getInfo tells");
        Check.Equal(grown.SizeBytes, (await b.ListAsync()).Find(other => other.Uuid == grown.Uuid)?.SizeBytes, "the size that list tells");
    }

    [Clause("RESIZE-3", Guide, 14, "Shrinking makes the element smaller, not smaller than wanted.", Needs = [AbilityKey.Resize])]
    public static async Task Shrinks(ClauseContext b)
    {
        var element = await b.CreateAsync(size: b.Size * 2);
        var shrunk = await ShrinkAsync(b, element);
        Check.That(shrunk.SizeBytes >= b.Size && shrunk.SizeBytes < element.SizeBytes, $"{b.Size} bytes or more, below {element.SizeBytes}", shrunk.SizeBytes);
    }

    [Clause("RESIZE-4", Guide, 14, "A resize to the size that it has changes nothing.", Needs = [AbilityKey.Resize])]
    public static async Task ToTheSameSize(ClauseContext b)
    {
        var element = await b.CreateAsync();
        var resized = await b.ResizeAsync(element, element.SizeBytes);
        Check.Unchanged(element with { State = resized.State }, resized);
        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("RESIZE-5", Guide, 0, "A resize changes nothing but the size.", Needs = [AbilityKey.Resize])]
    public static async Task NothingElseChanges(ClauseContext b)
    {
        var (element, other) = (await b.CreateAsync(), await b.CreateAsync());
        var grown = await b.ResizeAsync(element, b.Size * 2);
        Check.Unchanged(element with { SizeBytes = grown.SizeBytes }, await b.InfoAsync(element));
        Check.Unchanged(other, await b.InfoAsync(other));
    }

    [Clause("RESIZE-6", Guide, 0, "A resize of an element that isn't there is NotFound.", Needs = [AbilityKey.Resize])]
    public static async Task Unknown(ClauseContext b)
    {
        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.ResizeAsync(server, b.Unknown, b.Size, b.Token), "an unknown element");
    }

    [Clause("RESIZE-7", Guide, 0, "The data outlive growing, and shrinking behind them.", Needs = [AbilityKey.Resize])]
    public static async Task DataOutliveIt(ClauseContext b)
    {
        const byte mark = 0x5c;
        var element = await b.CreateAsync();
        await b.WriteAsync(element, mark);
        await b.ResizeAsync(element, b.Size * 2);
        Check.Equal(mark, await b.ReadAsync(element, element.SizeBytes), "the mark after growing");
        await ShrinkAsync(b, element);
        Check.Equal(mark, await b.ReadBeginningAsync(element), "the mark after shrinking");
    }

    [Clause("RESIZE-8", Guide, 0, "A clone's resize leaves its source alone.", Needs = [AbilityKey.Resize, AbilityKey.Clone])]
    public static async Task TheSourceStays(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.ResizeAsync(await b.CloneAsync(source), b.Size * 2);
        Check.Unchanged(source, await b.InfoAsync(source));
    }

    [Clause("RESIZE-9", Guide, 14, "Of several resizes in a row each gives the size that it was asked for, one that the element had before too.",
        Needs = [AbilityKey.Resize])]
    public static async Task Again(ClauseContext b)
    {
        var element = await b.CreateAsync();
        var sizes = new List<long>();
        foreach (var factor in new[] { 2, 3, 1, 3 })
        {
            var resized = factor == 1 ? await ShrinkAsync(b, element) : await b.ResizeAsync(element, b.Size * factor);
            Check.That(resized.SizeBytes >= b.Size * factor && (factor != 1 || resized.SizeBytes < sizes[0]), $"{b.Size * factor} bytes", resized.SizeBytes);
            Check.Equal(resized.SizeBytes, (await b.InfoAsync(element)).SizeBytes, "the size that getInfo tells");
            sizes.Add(resized.SizeBytes);
        }

        Check.Equal(sizes[1], sizes[3], "the size that it had before");
    }

    /// <summary>Makes an element as small as can be; the clause is skipped where the array makes none smaller, and then nothing has changed.</summary>
    public static async Task<StorageElement> ShrinkAsync(ClauseContext b, StorageElement element)
    {
        var before = await b.InfoAsync(element);
        try
        {
            return await b.ResizeAsync(element, b.Size);
        }
        catch (NoSuchOperationException e)
        {
            Check.Unchanged(before, await b.InfoAsync(element));
            throw ClauseContext.Skip($"The array makes nothing smaller: {e.Message}");
        }
    }
}
