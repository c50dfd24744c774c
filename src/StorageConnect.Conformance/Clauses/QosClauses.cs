namespace StorageConnect.Conformance.Clauses;

/// <summary>Quality of service.</summary>
[Chapter(220, "Qos")]
internal static class QosClauses
{
    private const string List = "getQoSList()";
    private const string Set = "setQoS()";

    [Clause("QOS-1", List, 12, "Each quality of service has a value of its own, a name and a description.", ReadOnly = true)]
    public static async Task AreWhole(ClauseContext b)
    {
        await b.QualitiesAsync();
        var list = await b.Array.GetQosListAsync(b.Token);
        Check.That(list.All(quality => quality.Value.Length > 0 && quality.Name.Length > 0 && quality.Description.Length > 0), "values, names and descriptions",
            string.Join(", ", list));
        Check.That(list.Select(quality => quality.Value).Distinct().Count() == list.Count, "each value once", list.Select(quality => quality.Value));
    }

    [Clause("QOS-2", "create()", 12, "What is created with one of the values tells it, or the array's own choice.")]
    public static async Task AtCreation(ClauseContext b)
    {
        var qualities = await b.QualitiesAsync();
        foreach (var quality in await b.UsableQualitiesAsync())
        {
            var element = await b.CreateAsync(qos: quality);
            Check.That(qualities.Contains(element.Qos), $"one of {Check.Show(qualities)}", element.Qos);
            Check.Equal(element.Qos, (await b.InfoAsync(element)).Qos, "the quality that getInfo tells");
        }
    }

    [Clause("QOS-3", "clone()", 12, "A clone with one of the values tells it, or the array's own choice.", Needs = [AbilityKey.Clone])]
    public static async Task OfAClone(ClauseContext b)
    {
        var qualities = await b.QualitiesAsync();
        foreach (var quality in await b.UsableQualitiesAsync())
        {
            var clone = await b.CloneAsync(await b.CreateAsync(qos: quality), quality);
            Check.That(qualities.Contains(clone.Qos), $"one of {Check.Show(qualities)}", clone.Qos);
            Check.Equal(clone.Qos, (await b.InfoAsync(clone)).Qos, "the quality that getInfo tells");
        }
    }

    [Clause("QOS-4", Set, 0, "setQoS changes the quality, and nothing else of the element.")]
    public static async Task IsSet(ClauseContext b)
    {
        var element = await b.CreateAsync();
        foreach (var quality in await b.UsableQualitiesAsync())
        {
            await SetAsync(b, element, quality);
            Check.Unchanged(element with { Qos = quality }, await b.InfoAsync(element));
        }
    }

    [Clause("QOS-5", Set, 0, "setQoS to the quality that it has succeeds and changes nothing.")]
    public static async Task SetAgain(ClauseContext b)
    {
        var quality = (await b.UsableQualitiesAsync())[^1];
        var element = await b.CreateAsync();
        await SetAsync(b, element, quality);
        await SetAsync(b, element, quality);
        Check.Equal(quality, (await b.InfoAsync(element)).Qos, "the quality");
    }

    [Clause("QOS-6", Set, 0, "A value that the array doesn't know is refused, and nothing changes.")]
    public static async Task UnknownValue(ClauseContext b)
    {
        await b.QualitiesAsync();
        var element = await b.CreateAsync();
        await Check.RefusedAsync(() => b.Array.SetQosAsync(element, "osc-conf-no-such-quality", b.Token), "an unknown value", typeof(InvalidRequestException),
            typeof(NotFoundException), typeof(NoSuchOperationException));
        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("QOS-7", Set, 0, "setQoS of an element that isn't there is NotFound.")]
    public static async Task UnknownElement(ClauseContext b)
    {
        var quality = (await b.QualitiesAsync())[0];
        await Check.RefusedAsync(() => b.Array.SetQosAsync(b.Unknown, quality, b.Token), "an unknown element", typeof(NotFoundException),
            typeof(NoSuchOperationException));
    }

    [Clause("QOS-8", List, 0, "Asked again, getQoSList tells the same.", ReadOnly = true)]
    public static async Task AskedAgainTheSame(ClauseContext b) => Check.Same(await b.QualitiesAsync(), await b.QualitiesAsync(), "values");

    [Clause("QOS-9", "create()", 12, "A value that the array doesn't know makes no element of that quality: it is refused, or the array chooses.")]
    public static async Task UnknownAtCreation(ClauseContext b)
    {
        const string unknown = "osc-conf-no-such-quality";
        var qualities = await b.QualitiesAsync();
        var name = b.NewName();
        await IsRefusedOrKnownAsync(() => b.CreateAsync(name, qos: unknown));
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            var source = await b.CreateAsync();
            await IsRefusedOrKnownAsync(() => b.CloneAsync(source, unknown));
        }

        async Task IsRefusedOrKnownAsync(Func<Task<StorageElement>> make)
        {
            try
            {
                var made = await make();
                Check.That(qualities.Contains(made.Qos), $"one of {Check.Show(qualities)}", made.Qos);
            }
            catch (StorageConnectException e) when (e is InvalidRequestException or NotFoundException or NoSuchOperationException or LimitExceededException)
            {
                Check.That((await b.ListAsync()).TrueForAll(other => other.Name != name), "nothing left of it", "an element of that name");
            }
        }
    }

    /// <summary>Sets it; offline where it can't be changed online.</summary>
    public static async Task SetAsync(ClauseContext b, StorageElement element, string quality)
    {
        try
        {
            await b.Array.SetQosAsync(element, quality, b.Token);
        }
        catch (NoSuchOperationException e)
        {
            throw ClauseContext.Skip($"The array can't change qualities of service: {e.Message}");
        }
        catch (StorageElementBusyException)
        {
            await b.Array.OfflineAsync(element, b.Token);
            await b.Array.SetQosAsync(element, quality, b.Token);
            await b.Array.OnlineAsync(element, b.Token);
        }
    }
}
