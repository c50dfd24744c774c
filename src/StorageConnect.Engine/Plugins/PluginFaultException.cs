namespace StorageConnect.Engine;

/// <summary>A plug-in broke the contract: it threw what it shouldn't, or returned what it can't.</summary>
public sealed class PluginFaultException(string message, Exception? innerException = null)
    : StorageConnectException(message, "PluginFailure", innerException);
