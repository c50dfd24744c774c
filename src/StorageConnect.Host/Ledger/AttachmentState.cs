namespace StorageConnect.Host.Ledger;

/// <summary>The state of an attachment.</summary>
internal enum AttachmentState
{
    /// <summary>An attach is running or was interrupted. Connect completes it, Disconnect undoes it.</summary>
    Attaching,

    /// <summary>A checked device was returned.</summary>
    Attached,

    /// <summary>A detach is running or was interrupted. Disconnect completes it, Connect attaches again.</summary>
    Detaching,
}
