namespace StorageConnect.Engine.Servers;

/// <summary>The stored form of a server: its record without secrets, and the plug-in class it is bound to.</summary>
/// <param name="Server">The record as users see it.</param>
/// <param name="PluginClass">Full name of the plug-in class.</param>
/// <param name="Revision">Changes whenever the user changes the server, so that every process validates it again.</param>
/// <param name="SecretsRevision">
/// Changes whenever the user changes the server's secrets, so that other processes don't use those they have; null where an earlier version wrote the entry.
/// </param>
internal sealed record RegisteredServer(StorageServer Server, string PluginClass, string Revision, string? SecretsRevision = null);
