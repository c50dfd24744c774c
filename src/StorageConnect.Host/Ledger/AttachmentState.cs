namespace StorageConnect.Host.Ledger;

/// <summary>How far an attachment is.</summary>
internal enum AttachmentState
{
    /// <summary>On its way in. Whoever finds it so with nobody at work on it: Connect completes it, Disconnect undoes it.</summary>
    Attaching,

    /// <summary>A proven device was handed over.</summary>
    Attached,

    /// <summary>On its way out. Disconnect completes it, Connect brings it back.</summary>
    Detaching,
}
