namespace StorageConnect.Engine.Servers;

/// <summary>Where a server's secrets come from.</summary>
internal interface ISecretSource
{
    /// <summary>The record with the secrets there are.</summary>
    StorageServer Attach(StorageServer server);
}
