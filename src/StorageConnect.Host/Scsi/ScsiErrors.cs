using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Host.Scsi;

/// <summary>Errors of the kernel's SCSI bus. Each method's name is the id.</summary>
internal static class ScsiErrors
{
    public static ArrayUnreachableException ScsiBusTimeout(string work, TimeSpan timeout) =>
        new(Text([work, timeout.TotalSeconds])) { Element = work, Retryable = true };
}
