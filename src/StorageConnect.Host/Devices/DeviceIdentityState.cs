namespace StorageConnect.Host.Devices;

/// <summary>What a SCSI device turned out to be when it was asked anew.</summary>
internal enum DeviceIdentityState
{
    /// <summary>Who it was, and in a state for use.</summary>
    Genuine,

    /// <summary>Nothing is behind its LUN number: the array doesn't present it there, or not yet.</summary>
    Empty,

    /// <summary>Another than it was, or given up by the kernel.</summary>
    Changed,
}
