namespace StorageConnect.Host.Use;

/// <summary>A user of a device.</summary>
/// <param name="Description">In words that go on from "it is".</param>
/// <param name="MayPass">True where it may be a short look at the device: by a process that opened it and claims nothing.</param>
internal sealed record DeviceUser(string Description, bool MayPass = false);
