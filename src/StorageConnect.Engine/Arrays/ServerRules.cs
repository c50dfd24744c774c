using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Plugins;

namespace StorageConnect.Engine.Arrays;

/// <summary>Checks of a server record before a plug-in gets it.</summary>
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
            throw ServerErrors.StorageTypeUnsupported(server.Name, server.StorageType, plugin.Descriptor);
        }
    }

    [Rule(2, "Below API 1.2.9 a plug-in gets a single login host.", "Class variables")]
    private static void CheckAccessContexts(StorageServer server, LoadedPlugin plugin)
    {
        if (server.AccessContexts.Count > 1 && plugin.ApiVersion < ApiVersion.ManyAccessContexts)
        {
            throw ServerErrors.OneAccessContextOnly(server.Name, server.AccessContexts.Count, plugin.Descriptor.Name, plugin.ApiVersion.ToString(),
                ApiVersion.ManyAccessContexts.ToString());
        }
    }

    private static void CheckSecrets(StorageServer server)
    {
        var missing = server.AdminUser is not null && server.GetAdminSecret() is null
            ? $"the password of '{server.AdminUser}'"
            : server.AccessContexts
                .Where(context => (context.ChapUser is not null && context.GetChapSecret() is null)
                    || (context.MutualChapUser is not null && context.GetMutualChapSecret() is null))
                .Select(context => $"the CHAP secrets for {context.Host}:{context.Port}")
                .FirstOrDefault();
        if (missing is not null)
        {
            throw ServerErrors.CredentialNeeded(missing, server.Name);
        }
    }
}
