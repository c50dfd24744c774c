using StorageConnect.Host.Settings;
using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Host.Multipath;

/// <summary>Errors about multipathd and its maps. Each method's name is the id, or begins with it where there are several wordings.</summary>
/// <remarks>
/// The class is the kind of error (host not ready, not allowed, in use); the id names multipathd:
/// <c>MultipathdUnreachable</c> = no usable reply, <c>MultipathdRefused</c> = a reply other than <c>ok</c>.
/// </remarks>
internal static class MultipathErrors
{
    private const string Daemon = "multipathd";

    public static HostNotReadyException MultipathdUnreachable(string command, TimeSpan timeout, Exception cause) =>
        Unreachable(null, [command, timeout.TotalSeconds], cause);

    public static HostNotReadyException MultipathdUnreachableBroken(string command, Exception cause) =>
        Unreachable("Broken", [command, cause.Message], cause);

    public static HostNotReadyException MultipathdUnreachableCutOff(string command) => Unreachable("CutOff", [command]);

    public static HostNotReadyException MultipathdUnreachableForeign(string command, string what) =>
        Unreachable("Foreign", [command, what], retryable: false);

    public static HostNotReadyException MultipathdUnreachableOther(string command, string reply) => Unreachable("Other", [command, reply]);

    public static HostNotReadyException MultipathdUnreachableStopped() => Unreachable("Stopped", [], retryable: false);

    public static HostNotReadyException MultipathdUnreachableByClient(string command, Exception cause) =>
        Unreachable("ByClient", [command, cause.Message], cause);

    public static HostNotReadyException MultipathdUnreachableByClient(string command, int exitCode, string said) =>
        Unreachable("ByClientExit", [command, exitCode, OneLine(said)]);

    public static HostNotReadyException MultipathdUnreachableToAttach(StorageElement element, string why) =>
        Unreachable("ToAttach", [element.Name, why], retryable: false);

    public static HostNotReadyException MultipathdUnreachableToRemove(string map, string owner) => Unreachable("ToRemove", [map, owner], retryable: false);

    public static HostNotReadyException MultipathdUnreachableRemoving(string map, string page83Id, string reply) =>
        Unreachable("Removing", [map, page83Id, OneLine(reply)]);

    public static HostNotReadyException MultipathdUnreachableMaking(StorageElement element, string disks, TimeSpan timeout, string reply) =>
        Unreachable(reply is "" or "ok" ? "Making" : "MakingSaid", [element.Name, element.Page83Id, disks, timeout.TotalSeconds, OneLine(reply)]);

    public static HostNotReadyException MultipathdUnreachableAdding(StorageElement element, string map, string disks, TimeSpan timeout, string reply) =>
        Unreachable(reply is "" or "ok" ? "Adding" : "AddingSaid", [element.Name, map, disks, timeout.TotalSeconds, OneLine(reply)]);

    public static HostNotReadyException MultipathdUnreachableLinking(StorageElement element, string map, string link, TimeSpan timeout) =>
        Unreachable("Linking", [element.Name, map, link, timeout.TotalSeconds]);

    public static StorageElementBusyException MultipathdRefused(string map, string page83Id, string reply) =>
        new(Text([map, page83Id, OneLine(reply)])) { Element = page83Id, Retryable = true };

    public static AccessDeniedException MultipathdRefusedRemoval(string map, string page83Id, string reply) =>
        new(Text([map, page83Id, OneLine(reply)], "Removal", nameof(MultipathdRefused))) { Element = page83Id };

    public static AccessDeniedException MultipathdRefusedConnection(Exception cause) =>
        new(Text([], "Connection", nameof(MultipathdRefused)), cause) { Element = Daemon };

    public static NoSuchOperationException MultipathdRefusedName(string map) => new(Text([map], "Name", nameof(MultipathdRefused))) { Element = map };

    public static HostNotReadyException MultipathdRefusedSize(StorageElement element, string map, string reply) =>
        new(Text([element.Name, map, element.SizeBytes, OneLine(reply)], "Size", nameof(MultipathdRefused))) { Element = element.Name, Retryable = true };

    public static StorageElementBusyException MultipathMapRemains(string map, string page83Id) =>
        new(Text([map, page83Id])) { Element = page83Id, Retryable = true };

    public static NoSuchOperationException DeviceBlacklisted(StorageElement element, string disk) =>
        new(Text([element.Name, element.Page83Id, disk])) { Element = element.Name };

    public static AccessDeniedException WwidsFileNotAccessible(string path, Exception cause) => new(Text([path, cause.Message]), cause) { Element = path };

    private static HostNotReadyException Unreachable(string? variant, object?[] values, Exception? cause = null, bool retryable = true) =>
        new(Text(values, variant, nameof(MultipathdUnreachable)), cause) { Element = Daemon, Retryable = retryable };

    private static string OneLine(string reply) => reply.ReplaceLineEndings(" ");
}
