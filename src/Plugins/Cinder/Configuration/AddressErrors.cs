namespace StorageConnect.Plugins.Cinder.Configuration;

/// <summary>What a server's record lacks.</summary>
internal static class AddressErrors
{
    public static InvalidStorageArrayException ExtraInfoInvalid(StorageServer server, string reason) =>
        PluginError.InvalidStorageArray(server.Name, $"{reason}.", CinderAddress.Help);

    public static InvalidStorageArrayException UrlInvalid(StorageServer server, string reason) =>
        PluginError.InvalidStorageArray(server.Name, $"{reason}.", "Correct -AdminHost; `openstack catalog list` shows the URLs of a site.");

    public static AuthenticationFailedException CredentialMissing(StorageServer server, AuthKind auth) =>
        PluginError.AuthenticationFailed(server.Name,
            auth == AuthKind.AppCredential
                ? $"'{server.Name}' needs the id and the secret of an application credential."
                : $"'{server.Name}' needs a user and a password of the identity service.",
            "Give -Credential; for a service without an identity service put Auth=none into -ExtraInfo.");
}
