using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Host.Connectors;

/// <summary>Errors of attaching an element: presenting it, and finding its disks. Each method's name is the id.</summary>
internal static class AttachErrors
{
    public static InvalidRequestException NoPage83Id(StorageElement element) => new(Text([element.Name])) { Element = element.Name };

    public static InvalidRequestException NoPage83IdOfPresentation(StorageElement element) =>
        new(Text([element.Name], "Presentation", nameof(NoPage83Id))) { Element = element.Name };

    public static StorageElementBusyException ElementOffline(StorageElement element) => new(Text([element.Name])) { Element = element.Name };

    public static InvalidRequestException AccessGroupNeeded(StorageElement element, string server, IEnumerable<string> groups) =>
        new(Text([server, Quoted(groups)])) { Element = element.Name };

    public static NotFoundException NoInitiator(StorageElement element) => new(Text([])) { Element = element.Name };

    public static NotFoundException HostInNoAccessGroup(StorageElement element, string server, string hostName, string initiator) =>
        new(Text([server, hostName, initiator])) { Element = element.Name };

    public static NotFoundException HostInNoAccessGroupNamed(
        StorageElement element, string server, string hostName, string initiator, IEnumerable<string> groups) =>
        new(Text([server, hostName, initiator, Quoted(groups)], "Named", nameof(HostInNoAccessGroup))) { Element = element.Name };

    public static NotFoundException NoFibreChannelPort(StorageElement element) => new(Text([])) { Element = element.Name };

    public static NotFoundException ElementNotSeen(StorageElement element, TimeSpan timeout) =>
        new(Text([element.Name, element.Page83Id, timeout.TotalSeconds])) { Element = element.Name, Retryable = true };

    public static NotFoundException ElementNotSeenForNoTarget(StorageElement element) =>
        new(Text([element.Name, element.Page83Id], "NoTarget", nameof(ElementNotSeen))) { Element = element.Name, Retryable = true };

    public static NotFoundException ElementNotSeenWhileDown(StorageElement element, IEnumerable<string> disks) =>
        new(Text([element.Name, element.Page83Id, string.Join(", ", disks)], "Down", nameof(ElementNotSeen))) { Element = element.Name, Retryable = true };

    public static NotFoundException ElementNotSeenAnyMore(StorageElement element) =>
        new(Text([element.Name, element.Page83Id], "AnyMore", nameof(ElementNotSeen))) { Element = element.Name, Retryable = true };

    public static NotFoundException ElementNotSeenWhileSilent(StorageElement element) =>
        new(Text([element.Name, element.Page83Id], "Silent", nameof(ElementNotSeen))) { Element = element.Name, Retryable = true };

    public static NotFoundException ElementNotSeenByFibreChannel(StorageElement element) =>
        new(Text([element.Name, element.Page83Id], "FibreChannel", nameof(ElementNotSeen))) { Element = element.Name, Retryable = true };
}
