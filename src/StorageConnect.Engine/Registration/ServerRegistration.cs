using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Hosts;
using StorageConnect.Engine.Plugins;
using StorageConnect.Engine.Servers;

namespace StorageConnect.Engine.Registration;

/// <summary>
/// The steps before a new or changed server is stored: validate, choose the storage name, validate again with it, getInfo. Nothing is stored
/// unless every step succeeds.
/// </summary>
internal sealed class ServerRegistration(PluginCatalog catalog, IStorageHost host)
{
    /// <summary>All steps except the storing.</summary>
    /// <param name="draft">What the user entered, with its secrets.</param>
    /// <param name="plugin">The plug-in it is for.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The entry to store, with what the array reported.</returns>
    public async Task<RegisteredServer> CheckAsync(StorageServer draft, LoadedPlugin plugin, CancellationToken cancellationToken)
    {
        ServerRules.Check(draft, plugin);
        var entry = new RegisteredServer(
            draft with { PluginName = plugin.Descriptor.Name, PluginVersion = plugin.Descriptor.Version },
            plugin.Descriptor.ClassName,
            Guid.NewGuid().ToString("n"));

        // The first validate gets the record without a storage name: getStorageNames needs a validated server.
        using (var unnamed = Probe(entry with { Server = entry.Server with { StorageName = null } }))
        {
            var chosen = ChooseStorageName(
                draft,
                await unnamed.GetStorageNamesAsync(cancellationToken),
                (await unnamed.GetCapabilitiesAsync(cancellationToken)).RequireStorageName == Ability.Yes,
                plugin);
            entry = entry with { Server = entry.Server with { StorageName = chosen } };
        }

        using var named = Probe(entry);
        return entry with { Server = WithoutSecrets(await named.GetInfoToKeepAsync(cancellationToken)) };
    }

    [Rule(9, "With require_storage_name a name from getStorageNames is chosen; otherwise that list is empty.", "getStorageNames()")]
    private static string? ChooseStorageName(StorageServer draft, IReadOnlyList<string> names, bool required, LoadedPlugin plugin)
    {
        if (!required && names.Count > 0)
        {
            throw Arrays.PluginCall.Fault(plugin, GuideMethod.GetStorageNames,
                $"it offers the storage names {ErrorTexts.Quoted(names)}, though require_storage_name is not Yes");
        }

        if (draft.StorageName is { } asked)
        {
            return names.Contains(asked) ? asked : throw ServerErrors.StorageNameUnknown(asked, draft.Name, names);
        }

        return (names.Count, required) switch
        {
            (1, _) => names[0],
            (0, true) => throw ServerErrors.StorageNameMissing(draft.Name),
            (0, false) => null,
            _ => throw ServerErrors.StorageNameNeeded(draft.Name, names),
        };
    }

    private StorageArray Probe(RegisteredServer entry) => new(entry, catalog, new UnkeptSecrets(entry.Server), host, new());

    private static StorageServer WithoutSecrets(StorageServer server) =>
        (server with { AccessContexts = server.AccessContexts.Select(context => context.WithSecrets(null, null)).ToValueList() }).WithAdminSecret(null);

    /// <summary>The draft's secrets, until it is stored.</summary>
    private sealed class UnkeptSecrets(StorageServer draft) : ISecretSource
    {
        public StorageServer Attach(RegisteredServer entry) =>
            (entry.Server with { AccessContexts = draft.AccessContexts }).WithAdminSecret(draft.GetAdminSecret());
    }
}
