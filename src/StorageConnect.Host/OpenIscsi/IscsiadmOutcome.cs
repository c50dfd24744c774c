namespace StorageConnect.Host.OpenIscsi;

/// <summary>What to do after an exit code of iscsiadm.</summary>
internal enum IscsiadmOutcome
{
    /// <summary>Success, or the wanted state already held.</summary>
    Done,

    /// <summary>A retry can succeed.</summary>
    Retry,

    /// <summary>A retry can't succeed.</summary>
    Permanent,
}
