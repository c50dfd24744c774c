using StorageConnect.Engine.Arrays;

namespace StorageConnect.Conformance.Clauses;

/// <summary>Secrets in what a plug-in tells.</summary>
[Chapter(305, "Secrets")]
internal static class SecretClauses
{
    [Clause("SECRET-1", "Class methods", 0,
        "No text of any answer and no error, in this whole run, shows a secret: not in another case, in Base64 or in a URL.")]
    public static async Task NoAnswerShowsOne(ClauseContext b)
    {
        var server = await RequireSecretAsync(b);
        await AskForEverythingAsync(b, server);
        Check.That(b.Recorder.Secrets.Leak is null && b.Recorder.Secrets.Texts > 0, "texts without a secret", b.Recorder.Secrets.Leak ?? "no text at all");
    }

    [Clause("SECRET-2", "Class methods", 0, "No line that the plug-in writes to its log shows a secret.")]
    public static async Task NoLineShowsOne(ClauseContext b)
    {
        var server = await RequireSecretAsync(b);
        var (door, log) = b.OpenWithLog();
        foreach (var call in new Func<Task>[]
        {
            () => door.ValidateAsync(b.Token), () => door.GetCapabilitiesAsync(b.Token), () => door.GetInfoAsync(b.Token),
            () => door.GetStatusAsync(null, b.Token), async () => await door.ListAsync(new(), b.Token).ToListAsync(b.Token),
            () => door.GetAccessGroupsAsync(null, b.Token), () => door.GetInfoAsync(b.Unknown, b.Token), () => ChangesAsync(b, door),
        })
        {
            await ClauseContext.TryAsync(call);
        }

        var lines = log.Lines;
        if (lines.Count == 0)
        {
            throw ClauseContext.Skip("The plug-in wrote no line to its log.");
        }

        Check.Each(
            lines, line => !b.Recorder.Secrets.Shows(server, line), "lines without a secret", _ => "one with a secret");
    }

    private static async Task ChangesAsync(ClauseContext b, StorageArray door)
    {
        if (b.Implements(GuideMethod.Create))
        {
            var element = await b.CreateThroughAsync(door);
            await door.GetInfoAsync(element, b.Token);
            await ClauseContext.TryAsync(() => door.OfflineAsync(element, b.Token));
            await ClauseContext.TryAsync(() => door.OnlineAsync(element, b.Token));
            await door.RemoveAsync(element, b.Token);
        }
    }

    /// <summary>The server, with a secret that differs from other text; the clause is skipped where it has none.</summary>
    private static async Task<StorageServer> RequireSecretAsync(ClauseContext b)
    {
        var server = await b.ValidatedServerAsync();
        return b.Recorder.Secrets.SecretsOf(server).Count > 0 ? server : throw ClauseContext.Skip(
            "This server has no secret that could be told from other text: of four characters or more, and in no name that was entered.");
    }

    /// <summary>Calls every method that returns text once, so that the recorder sees all of it.</summary>
    private static async Task AskForEverythingAsync(ClauseContext b, StorageServer server)
    {
        await b.Raw.GetInfoAsync(server, b.Token);
        await b.Raw.GetStatusAsync(server, null, b.Token);
        await b.Raw.GetStorageNamesAsync(server, b.Token);
        await b.Raw.GetQosListAsync(server, b.Token);
        var elements = b.Implements(GuideMethod.Create) ? [await b.CreateAsync()] : await b.ListAsync();
        foreach (var element in elements.Take(1).ToList())
        {
            await ClauseContext.TryAsync(async () => elements.Add(await b.CloneAsync(element)));
            await ClauseContext.TryAsync(async () => elements.Add(await b.SnapAsync(element)));
            await ClauseContext.TryAsync(async () => elements.Add(await b.CloneFromSnapAsync(element, elements[^1])));
            await ClauseContext.TryAsync(async () =>
            {
                var group = await b.CreateGroupAsync();
                await b.Array.StartPresentAsync(element, [group.Name], b.Token);
                await b.Array.AddToAccessGroupAsync(group.Name, [b.NewInitiator()], b.Token);
                await b.Array.StopPresentAsync(element, [group.Name], b.Token);
                await b.Array.RenameAccessGroupAsync(group.Name, b.NewName(), b.Token);
            });
            await ClauseContext.TryAsync(() => b.Array.UpdateStorageElementsAsync([element], appendAllowed: false, b.Token));
        }

        foreach (var element in elements)
        {
            await ClauseContext.TryAsync(() => b.InfoAsync(element));
            await ClauseContext.TryAsync(() => b.Array.GetStatusAsync(element, b.Token));
        }

        await b.ListAsync();
        foreach (var call in new Func<Task>[]
        {
            () => b.Array.GetCurrentSnapsAsync(null, b.Token), () => b.Array.GetCurrentClonesAsync(null, b.Token),
            () => b.Array.GetAccessGroupsAsync(null, b.Token), () => b.InfoAsync(b.Unknown), () => b.Raw.RemoveAsync(server, b.Unknown, b.Token),
            () => b.Raw.CloneAsync(server, b.Unknown, null, null, b.Token), () => b.Raw.CreateSnapAsync(server, b.Unknown, null, b.Token),
            () => b.Raw.ResizeAsync(server, b.Unknown, b.Size, b.Token), () => b.Raw.SnapRemoveAsync(server, b.UnknownSnapshot, b.Token),
            () => b.Raw.StartPresentAsync(server, b.Unknown, ["osc-conf-no-such-group"], b.Token),
            () => b.Array.RenameAccessGroupAsync("osc-conf-no-such-group", "osc-conf-another", b.Token),
            () => b.Raw.ValidateAsync(server with { ExtraInfo = "osc-conf=no-such-setting" }, b.Token),
        })
        {
            await ClauseContext.TryAsync(call);
        }

        // A handle that the plug-in never gave may end it in any way.
        var begun = b.Unknown with { AsyncProgress = 0, AsyncHandle = "osc-conf-unknown" };
        foreach (var call in new Func<Task>[]
        {
            () => b.Raw.CancelAsync(server, begun, b.Token), () => b.Raw.GetAsyncProgressAsync(server, begun, b.Token),
            () => b.Raw.SetQosAsync(server, b.Unknown, "osc-conf-unknown", b.Token), () => b.Raw.SplitCloneAsync(server, b.Unknown, b.Token),
        })
        {
            try
            {
                await call();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The recorder has looked at it.
            }
        }
    }
}
