namespace StorageConnect.Engine.Errors;

/// <summary>A plug-in violated the contract: it threw an unexpected exception, or returned an invalid result.</summary>
public sealed class PluginFaultException : StorageConnectException
{
    /// <summary>What happened and why.</summary>
    public PluginFaultException(string message, Exception? innerException = null)
        : base(message, "PluginFailure", innerException)
    {
    }

    internal PluginFaultException(ErrorText text, Exception? innerException = null)
        : base(text, innerException)
    {
    }
}
