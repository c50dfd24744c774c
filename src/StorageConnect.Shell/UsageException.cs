namespace StorageConnect.Shell;

/// <summary>The command line cannot be understood. The message is the one line the user sees.</summary>
internal sealed class UsageException(string message) : Exception(message);
