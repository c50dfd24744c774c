using StorageConnect.Engine.Arrays;

namespace StorageConnect.Host.Scsi;

/// <summary>LUN numbers as the kernel counts them.</summary>
internal static class KernelLuns
{
    // From here on they are told in flat addressing, whose two bits the kernel counts in.
    private const int FirstFlatLun = 256;
    private const int FlatAddressing = 16384;

    /// <summary>Those of these places that are behind a target; none where it isn't among them.</summary>
    public static List<long> At(string targetName, IEnumerable<LunAddress> places) =>
        [.. places.Where(place => InitiatorName.Comparer.Equals(place.TargetName, targetName))
            .Select(place => place.Lun < FirstFlatLun ? (long)place.Lun : FlatAddressing + place.Lun)];
}
