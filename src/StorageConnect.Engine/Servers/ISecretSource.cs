namespace StorageConnect.Engine.Servers;

/// <summary>A source of a server's secrets.</summary>
internal interface ISecretSource
{
    /// <summary>The record with the known secrets.</summary>
    StorageServer Attach(RegisteredServer entry);
}
