namespace StorageConnect.Conformance.Clauses;

/// <summary>The array as a whole: validate, getInfo, getStatus, getStorageNames.</summary>
[Chapter(20, "Server")]
internal static class ServerClauses
{
    [Clause("SERVER-1", "validate()", 4, "validate accepts the registered server, and again.", ReadOnly = true)]
    public static async Task ValidateRepeats(ClauseContext b)
    {
        await b.Array.ValidateAsync(b.Token);
        await b.Array.ValidateAsync(b.Token);
        Check.Happened();
    }

    [Clause("SERVER-2", "validate()", 8, "validate refuses a storage type that the plug-in doesn't serve.", ReadOnly = true)]
    public static async Task ValidateRefusesAnotherType(ClauseContext b)
    {
        if (Enum.GetValues<StorageType>().Except(b.Descriptor.StorageTypes).ToList() is not [var other, ..])
        {
            throw ClauseContext.Skip("The plug-in serves every storage type.");
        }

        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<InvalidStorageArrayException>(() => b.Raw.ValidateAsync(server with { StorageType = other }, b.Token),
            $"a server of type {other}");
    }

    [Clause("SERVER-3", "getInfo()", 0, "getInfo without an element tells what the array is (storage_desc).", ReadOnly = true)]
    public static async Task InfoDescribes(ClauseContext b)
    {
        var info = await b.Array.GetInfoAsync(b.Token);
        Check.That(!string.IsNullOrWhiteSpace(info.Description), "a description", info.Description);
    }

    [Clause("SERVER-4", "getInfo()", 0, "getInfo without an element tells the array's status.", ReadOnly = true)]
    public static async Task InfoHasStatus(ClauseContext b)
    {
        var info = await b.Array.GetInfoAsync(b.Token);
        Check.That(!string.IsNullOrWhiteSpace(info.Status), "a status", info.Status);
    }

    [Clause("SERVER-5", "getInfo()", 0, "getInfo returns the record it was given, updated: what the user entered stays.", ReadOnly = true)]
    public static async Task InfoKeepsWhatTheUserEntered(ClauseContext b)
    {
        await b.Array.GetInfoAsync(b.Token);
        var answer = b.Recorder.AnswersOf<StorageServer>(GuideMethod.GetInfo)[^1];
        Check.Equal(
            (b.Server.Uuid, b.Server.Name, b.Server.StorageType, b.Server.ExtraInfo, b.Server.AdminHost, b.Server.AdminUser, b.Server.StorageName),
            (answer.Uuid, answer.Name, answer.StorageType, answer.ExtraInfo, answer.AdminHost, answer.AdminUser, answer.StorageName),
            "what the user entered");
        Check.Equal(
            (b.Server.AccessContexts.Count, string.Join(' ', b.Server.NetDevices), b.Server.Chap),
            (answer.AccessContexts.Count, string.Join(' ', answer.NetDevices), answer.Chap),
            "access contexts, network devices and CHAP");
    }

    [Clause("SERVER-6", "getInfo()", 22, "getInfo leaves the storage_id alone.", ReadOnly = true)]
    public static async Task InfoKeepsTheStorageId(ClauseContext b)
    {
        var server = (await b.ValidatedServerAsync()) with { StorageId = "of another hand" };
        Check.Equal(server.StorageId, (await b.Raw.GetInfoAsync(server, b.Token)).StorageId, "the storage id");
    }

    [Clause("SERVER-7", "getInfo()", 0, "Capacities, where they are told, fit together: none below 0, used and free within the total.", ReadOnly = true)]
    public static async Task CapacitiesFit(ClauseContext b)
    {
        // The engine drops figures below 0.
        var info = await b.Raw.GetInfoAsync(await b.ValidatedServerAsync(), b.Token);
        long?[] sizes = [info.TotalBytes, info.UsedBytes, info.FreeBytes, info.AllocatedBytes];
        if (sizes.All(size => size is null))
        {
            throw ClauseContext.Skip("The plug-in tells no capacities.");
        }

        var fits = sizes.All(size => size is null or >= 0) && !(info.UsedBytes > info.TotalBytes) && !(info.FreeBytes > info.TotalBytes);
        Check.That(fits, "total, used, free and allocated bytes that fit together",
            string.Join(", ", sizes.Select(size => size?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown")));
    }

    [Clause("SERVER-8", "getInfo()", 0, "Volume groups have names, each once.", ReadOnly = true)]
    public static async Task VolumeGroupsHaveNames(ClauseContext b)
    {
        var groups = (await b.Array.GetInfoAsync(b.Token)).VolumeGroups;
        if (groups.Count == 0)
        {
            throw ClauseContext.Skip("The array has no volume groups.");
        }

        Check.That(groups.All(group => !string.IsNullOrWhiteSpace(group)) && groups.Distinct().Count() == groups.Count, "names, each once", groups);
    }

    [Clause("SERVER-9", "getStorageNames()", 9,
        "getStorageNames lists the arrays to choose from, each once, with require_storage_name; nothing without it.", ReadOnly = true)]
    public static async Task StorageNamesAreThereOrNot(ClauseContext b)
    {
        var names = await b.Array.GetStorageNamesAsync(b.Token);
        var required = await b.AbilityAsync(AbilityKey.RequireStorageName) == Ability.Yes;
        Check.That(required ? names.Count > 0 && names.Distinct().Count() == names.Count && names.All(name => name.Length > 0) : names.Count == 0,
            required ? "names, each once" : "no names", names);
    }

    [Clause("SERVER-10", "getStorageNames()", 9, "The storage name that the server is registered with is among them.", ReadOnly = true)]
    public static async Task OwnStorageNameIsListed(ClauseContext b)
    {
        if (b.Server.StorageName is not { Length: > 0 } own)
        {
            throw ClauseContext.Skip("This server has no storage name.");
        }

        var names = await b.Array.GetStorageNamesAsync(b.Token);
        Check.That(names.Contains(own), $"'{own}' among the names", names);
    }

    [Clause("SERVER-11", "getStatus()", 0, "getStatus without an element tells the array's status.", ReadOnly = true)]
    public static async Task StatusIsAText(ClauseContext b)
    {
        var status = await b.Array.GetStatusAsync(null, b.Token);
        Check.That(!string.IsNullOrWhiteSpace(status), "a status", status);
    }

    [Clause("SERVER-15", "getInfo()", 0, "Asked again, getInfo tells the same volume groups and the same total, and access groups as getAccessGroups does.",
        ReadOnly = true)]
    public static async Task ToldTheSameAgain(ClauseContext b)
    {
        var server = await b.ValidatedServerAsync();
        var (one, other) = (await b.Raw.GetInfoAsync(server, b.Token), await b.Raw.GetInfoAsync(server, b.Token));
        if (one.VolumeGroups.Count > 0 || other.VolumeGroups.Count > 0)
        {
            Check.Same(one.VolumeGroups, other.VolumeGroups, "volume groups");
        }

        if (one.TotalBytes is not null)
        {
            Check.Equal(one.TotalBytes, other.TotalBytes, "the total");
        }

        if (other.AccessGroups.Count > server.AccessGroups.Count)
        {
            Check.Same((await b.Array.GetAccessGroupsAsync(null, b.Token)).Select(group => group.Name), other.AccessGroups.Select(group => group.Name),
                "access groups");
        }
    }

    [Clause("SERVER-14", "Class methods", 0, "A call that is cancelled ends as cancelled, or is done: cancellation is no error of the array.", ReadOnly = true)]
    public static async Task CancellationIsNoError(ClauseContext b)
    {
        var server = await b.ValidatedServerAsync();
        var cancelled = new CancellationToken(canceled: true);
        List<Func<Task>> calls =
        [
            () => b.Raw.ValidateAsync(server, cancelled), () => b.Raw.GetInfoAsync(server, cancelled), () => b.Raw.GetCapabilitiesAsync(server, cancelled),
            () => b.Raw.GetStatusAsync(server, null, cancelled), async () => await b.Raw.ListAsync(server, new(), cancelled).FirstOrDefaultAsync(b.Token),
            () => b.Raw.GetAccessGroupsAsync(server, null, cancelled),
        ];
        if (b.OverridesDiscovery && server.StorageType == StorageType.iSCSI)
        {
            calls.Add(() => b.Raw.DiscoverAsync(server, cancelled));
        }

        foreach (var call in calls)
        {
            try
            {
                await call();
            }
            catch (OperationCanceledException)
            {
                // As it should be; a plug-in that was done already may answer, too.
            }
            catch (StorageConnectException e)
            {
                Check.That(false, "the call cancelled, or done", e);
            }

            Check.Happened();
        }
    }

    [Clause("SERVER-12", "getInfo()", 0, "No text about the array shows a secret.", ReadOnly = true)]
    public static async Task NoSecretIsShown(ClauseContext b)
    {
        var server = await b.ValidatedServerAsync();
        var secrets = b.Recorder.Secrets;
        if (secrets.SecretsOf(server).Count == 0)
        {
            throw ClauseContext.Skip("This server has no secret that could be told from other text.");
        }

        var info = await b.Raw.GetInfoAsync(server, b.Token);
        string?[] texts = [info.Description, info.Status, info.ExtraInfo, info.StorageId, await b.Raw.GetStatusAsync(server, null, b.Token)];
        Check.That(!secrets.Shows(server, string.Join('\n', texts)), "texts without a secret", "a text with one");
    }
}
