using StorageConnect.Engine.Arrays;

namespace StorageConnect.Host.Scsi;

/// <summary>LUN numbers in the kernel's numbering.</summary>
internal static class KernelLuns
{
    // From here on arrays use flat addressing, whose two mode bits the kernel includes in the number.
    private const int FirstFlatLun = 256;
    private const int FlatAddressing = 16384;

    /// <summary>The numbers behind a target; none where the target isn't among the places.</summary>
    public static List<long> At(string targetName, IEnumerable<LunAddress> places) =>
        [.. places.Where(place => InitiatorName.Comparer.Equals(place.TargetName, targetName))
            .Select(place => place.Lun < FirstFlatLun ? (long)place.Lun : FlatAddressing + place.Lun)];

    /// <summary>A LUN number as arrays tell it, of one in the kernel's numbering.</summary>
    public static int ToNumber(long lun) => (int)(lun & ~(long)FlatAddressing);
}
