using StorageConnect.Engine.Plugins;

namespace StorageConnect.Engine.Servers;

/// <summary>What a server record must be before a plug-in sees it.</summary>
internal static class ServerRules
{
    public static void Check(StorageServer server, LoadedPlugin plugin)
    {
        CheckStorageType(server, plugin);
        CheckAccessContexts(server, plugin);
        CheckSecrets(server);
    }

    [Rule(8, "storage_type is one that the plug-in declares.", "Class variables")]
    private static void CheckStorageType(StorageServer server, LoadedPlugin plugin)
    {
        if (!plugin.Descriptor.StorageTypes.Contains(server.StorageType))
        {
            throw new InvalidStorageArrayException(
                $"The plug-in '{plugin.Descriptor.Name}' does not serve the storage type {server.StorageType}; it serves {plugin.Descriptor.StorageTypes}.")
            {
                ErrorId = "StorageTypeUnsupported",
                Element = server.Name,
                Recommendation = "Choose one of these storage types, or another plug-in.",
            };
        }
    }

    [Rule(2, "Below API 1.2.9 a plug-in gets a single login host.", "Class variables")]
    private static void CheckAccessContexts(StorageServer server, LoadedPlugin plugin)
    {
        if (server.AccessContexts.Count > 1 && plugin.ApiVersion < ApiVersion.ManyAccessContexts)
        {
            throw new InvalidStorageArrayException(
                $"The plug-in '{plugin.Descriptor.Name}' speaks API {plugin.ApiVersion}, which knows one login host; {server.AccessContexts.Count} access contexts were given.")
            {
                ErrorId = "OneAccessContextOnly",
                Element = server.Name,
                Recommendation = $"Give one access context, or use a plug-in for API {ApiVersion.ManyAccessContexts} or later.",
            };
        }
    }

    private static void CheckSecrets(StorageServer server)
    {
        var missing = server.AdminUser is not null && server.GetAdminSecret() is null
            ? $"the password of '{server.AdminUser}'"
            : server.AccessContexts
                .Where(context => (context.ChapUser is not null && context.GetChapSecret() is null) || (context.MutualChapUser is not null && context.GetMutualChapSecret() is null))
                .Select(context => $"the CHAP secrets for {context.Host}:{context.Port}")
                .FirstOrDefault();
        if (missing is not null)
        {
            throw new AuthenticationFailedException($"This process does not know {missing} of the server '{server.Name}': secrets are kept for a process only, unless saved.")
            {
                ErrorId = "CredentialNeeded",
                Element = server.Name,
                Recommendation = $"Give it with Set-OscStorageServer -Name '{server.Name}' -Credential (or -AccessContext for CHAP); -SaveCredential keeps it in a file that only you can read.",
            };
        }
    }
}
