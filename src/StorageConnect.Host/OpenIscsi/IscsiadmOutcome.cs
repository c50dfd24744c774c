namespace StorageConnect.Host.OpenIscsi;

/// <summary>What an exit code of iscsiadm asks for.</summary>
internal enum IscsiadmOutcome
{
    /// <summary>What was wanted is so, perhaps since before.</summary>
    Done,

    /// <summary>The same again can succeed.</summary>
    Retry,

    /// <summary>Nothing changes until somebody changes something.</summary>
    Permanent,
}
