namespace StorageConnect.Conformance.Clauses;

/// <summary>Sizes at the edges.</summary>
[Chapter(60, "Sizes")]
internal static class SizeClauses
{
    private const string Create = "create()";

    [Clause("SIZE-1", Create, 0, "A size of one byte over a block gives an element with that byte.")]
    public static Task OneByteOver(ClauseContext b) => IsAtLeastAsync(b, b.Size + 1);

    [Clause("SIZE-2", Create, 0, "A size of one byte under a block gives an element with every byte.")]
    public static Task OneByteUnder(ClauseContext b) => IsAtLeastAsync(b, b.Size + 511);

    [Clause("SIZE-3", Create, 0, "One byte is a size, or refused as too small.")]
    public static async Task OneByte(ClauseContext b)
    {
        var name = b.NewName();
        try
        {
            var element = await b.CreateAsync(name, 1);
            Check.That(element.SizeBytes >= 1, "a size above 0", element.SizeBytes);
        }
        catch (StorageConnectException e) when (e is InvalidRequestException or LimitExceededException)
        {
            await LeftNothingAsync(b, name);
        }
    }

    [Clause("SIZE-4", Create, 0, "The largest size there is is refused, and nothing is left of it.")]
    public static async Task TheLargest(ClauseContext b)
    {
        var name = b.NewName();
        await Check.RefusedAsync(() => b.CreateAsync(name, long.MaxValue), "a size of 8 EiB", typeof(LimitExceededException), typeof(InvalidRequestException));
        await LeftNothingAsync(b, name);
    }

    [Clause("SIZE-5", Create, 16, "A fully provisioned element for which there is no room is refused, and nothing is left of it.")]
    public static async Task BeyondCapacity(ClauseContext b)
    {
        var info = await b.Array.GetInfoAsync(b.Token);
        if (info.TotalBytes is not { } total)
        {
            throw ClauseContext.Skip("The array doesn't tell its capacity.");
        }

        var name = b.NewName();
        await Check.RefusedAsync<LimitExceededException>(() => b.CreateAsync(name, total + b.Size, thin: false), "a size above the array's");
        await LeftNothingAsync(b, name);
    }

    [Clause("SIZE-6", "resize()", 16, "Growing to the largest size there is is refused, and the element stays as it was.", Needs = [AbilityKey.Resize])]
    public static async Task ResizeToTheLargest(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await Check.RefusedAsync(() => b.ResizeAsync(element, long.MaxValue), "a size of 8 EiB", typeof(LimitExceededException),
            typeof(InvalidRequestException));
        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("SIZE-7", "resize()", 14, "Growing by one byte gives an element with that byte.", Needs = [AbilityKey.Resize])]
    public static async Task ResizeByOneByte(ClauseContext b)
    {
        var element = await b.CreateAsync();
        var grown = await b.ResizeAsync(element, element.SizeBytes + 1);
        Check.That(grown.SizeBytes > element.SizeBytes, $"more than {element.SizeBytes} bytes", grown.SizeBytes);
    }

    [Clause("SIZE-8", Create, 0, "A host can write the last byte of the size told.")]
    public static async Task TheLastByteIsThere(ClauseContext b)
    {
        var element = await b.CreateAsync(size: b.Size + 1);
        Check.Equal(element.SizeBytes, await b.LengthAsync(element), "the size that a host sees");
    }

    [Clause("SIZE-9", Create, 14, "A size above 4 GiB is kept whole, at creation and by a resize, and told whole by getInfo and list; or it is refused.")]
    public static async Task Above32Bits(ClauseContext b)
    {
        var size = (4L << 30) + b.Size;
        if ((await b.Array.GetInfoAsync(b.Token)).FreeBytes is { } free && free < size * 4)
        {
            throw ClauseContext.Skip($"Of the array {free} bytes are free: too few for elements of more than 4 GiB.");
        }

        await IsKeptAsync(() => b.CreateAsync(size: size));
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Resize)))
        {
            var element = await b.CreateAsync();
            await IsKeptAsync(() => b.ResizeAsync(element, size));
        }

        async Task IsKeptAsync(Func<Task<StorageElement>> make)
        {
            try
            {
                var made = await make();
                Check.That(made.SizeBytes >= size, $"{size} bytes or more", made.SizeBytes);
                Check.Equal(made.SizeBytes, (await b.InfoAsync(made)).SizeBytes, "the size that getInfo tells");
                Check.Equal(made.SizeBytes, (await b.ListAsync()).Find(other => other.Uuid == made.Uuid)?.SizeBytes, "the size that list tells");
                await b.Array.RemoveAsync(made, b.Token);
            }
            catch (StorageConnectException e) when (e is LimitExceededException or InvalidRequestException)
            {
                Check.Happened();
            }
        }
    }

    private static async Task IsAtLeastAsync(ClauseContext b, long size)
    {
        var element = await b.CreateAsync(size: size);
        Check.That(element.SizeBytes >= size, $"{size} bytes or more", element.SizeBytes);
        Check.Equal(element.SizeBytes, (await b.InfoAsync(element)).SizeBytes, "the size that getInfo tells");
    }

    private static async Task LeftNothingAsync(ClauseContext b, string name) =>
        Check.That((await b.ListAsync()).TrueForAll(other => other.Name != name), "nothing left of it", "an element of that name");
}
