namespace StorageConnect.Host.Devices;

/// <summary>The result of checking a SCSI device's identity again.</summary>
internal enum DeviceIdentityState
{
    /// <summary>The identity is unchanged, and the device is usable.</summary>
    Genuine,

    /// <summary>No LUN is behind its number: the array doesn't present one there, or not yet.</summary>
    Empty,

    /// <summary>Its path is down: nobody can tell what is behind its number now. The kernel's cached identity is unchanged.</summary>
    Down,

    /// <summary>The identity has changed, or the device is being removed.</summary>
    Changed,
}
