namespace StorageConnect.Engine.Errors;

/// <summary>A plug-in broke the contract: it threw what it shouldn't, or returned what it can't.</summary>
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
