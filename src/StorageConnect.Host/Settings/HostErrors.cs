using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Host.Settings;

/// <summary>Errors about this host itself: platform, rights, locks and state files. Each method's name is the id.</summary>
internal static class HostErrors
{
    private static string ThisHost => Environment.MachineName;

    public static NoSuchOperationException LinuxNeeded(string work) => new(Text([work])) { Element = ThisHost };

    public static NoSuchOperationException PlatformUnsupported() => new(Text([])) { Element = ThisHost };

    public static AccessDeniedException HostRightsNeeded(string work) => new(Text([work])) { Element = ThisHost };

    public static AccessDeniedException HostRightsNeeded(string work, Exception cause) =>
        new(Text([work, cause.Message], "Kernel"), cause) { Element = ThisHost };

    public static AccessDeniedException RootNeeded(Exception cause) => new(Text([cause.Message]), cause) { Element = ThisHost };

    public static StorageElementBusyException HostLockHeld(string name, string? process, TimeSpan timeout) =>
        new(Text([name, process, timeout.TotalSeconds], string.IsNullOrEmpty(process) ? "Unknown" : null)) { Element = name, Retryable = true };

    public static AccessDeniedException HostRecordsNotAccessible(string folder, Exception cause) =>
        new(Text([folder, cause.Message]), cause) { Element = folder };

    public static AccessDeniedException InitiatorNameUnreadable(string path, Exception cause) => new(Text([path]), cause) { Element = path };
}
