namespace StorageConnect.Shell;

/// <summary>How a pipeline ended.</summary>
internal enum Outcome
{
    /// <summary>It ran to its end; non-terminating errors may have been shown.</summary>
    Completed,

    /// <summary>A terminating error ended it, and was shown.</summary>
    Failed,

    /// <summary>Ctrl+C or a signal ended it.</summary>
    Stopped,
}
