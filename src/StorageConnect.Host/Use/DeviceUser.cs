namespace StorageConnect.Host.Use;

/// <summary>A user of a device.</summary>
/// <param name="Description">As text after "it is".</param>
/// <param name="MayPass">True for a process that only has the device open: it may be a probe that ends soon.</param>
internal sealed record DeviceUser(string Description, bool MayPass = false);
