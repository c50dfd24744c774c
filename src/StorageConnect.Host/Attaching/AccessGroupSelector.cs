using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;
using StorageConnect.Host.Connectors;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.Attaching;

/// <summary>Which access groups an element is presented to for this host, and which it may be withdrawn from.</summary>
/// <param name="initiator">This host's names.</param>
/// <param name="groups">All groups on the array.</param>
/// <param name="hasAccessControl">False for a passive array, whose groups without entries admit every initiator; an active array's admit nobody.</param>
internal sealed class AccessGroupSelector(OscInitiator initiator, IReadOnlyList<AccessGroup> groups, bool hasAccessControl)
{
    /// <summary>The selector for this host's names and the array's groups as they are now.</summary>
    public static async Task<AccessGroupSelector> ReadAsync(LinuxHost host, IElementPresenter array, CancellationToken cancellationToken) =>
        new(HostInitiator.Read(host.Roots), await array.GetAccessGroupsAsync(cancellationToken), array.HasAccessControl);

    /// <summary>The warning that an element stays presented to groups with other hosts.</summary>
    public static string StaysPresented(StorageElement element, IEnumerable<string> groups) =>
        $"'{element.Name}' stays presented to {string.Join(", ", groups.Select(name => $"'{name}'"))}: there are other hosts in it. "
        + "Revoke-OscStorageElementAccess withdraws it when none of them uses it.";

    /// <summary>Fails where the array has no group of one of these names.</summary>
    /// <exception cref="NotFoundException">It has none.</exception>
    public void DemandKnown(IReadOnlyList<string> named, string serverName)
    {
        if (named.FirstOrDefault(name => groups.All(group => group.Name != name)) is { } missing)
        {
            throw AccessGroupErrors.AccessGroupNotFound(missing, serverName);
        }
    }

    /// <summary>The groups to present the element to, so that this host sees it; empty when it is presented to this host already.</summary>
    /// <param name="element">As it is on the array now.</param>
    /// <param name="server">Its name is used in errors.</param>
    /// <param name="named">The groups the user named; empty = find one.</param>
    public IReadOnlyList<string> SelectForPresent(StorageElement element, StorageServer server, IReadOnlyList<string> named)
    {
        if (named.Count > 0)
        {
            DemandKnown(named, server.Name);
            return IsPresented(element) || groups.Any(group => named.Contains(group.Name) && Admits(group))
                ? [.. named.Except(element.AccessGroupNames)]
                : throw NoGroup(element, name => AttachErrors.HostInNoAccessGroupNamed(element, server.Name, initiator.HostName, name, named));
        }

        if (IsPresented(element))
        {
            return [];
        }

        var holding = groups.Where(Holds).ToList();
        return holding.Count == 1 ? [holding[0].Name]
            : holding.Where(IsOwn).ToList() is [var own] ? [own.Name]
            : throw NoOneGroup(element, server, holding);
    }

    /// <summary>True when the element is presented to this host.</summary>
    public bool IsPresented(StorageElement element) => groups.Any(group => element.AccessGroupNames.Contains(group.Name) && Admits(group));

    /// <summary>True when this host sees what is presented to the group.</summary>
    public bool Admits(AccessGroup group) => AdmitsAll(group) || Holds(group);

    /// <summary>
    /// The groups to withdraw the element from, so that this host no longer sees it: those that hold this host and no other. A group with
    /// several hosts is left out, because another host may be using the element through it.
    /// </summary>
    public IReadOnlyList<string> SelectForWithdraw(StorageElement element) =>
        [.. groups.Where(group => element.AccessGroupNames.Contains(group.Name) && IsOwn(group)).Select(group => group.Name)];

    /// <summary>The groups through which this host sees the element together with others.</summary>
    public IReadOnlyList<string> Shared(StorageElement element) =>
        [.. groups.Where(group => element.AccessGroupNames.Contains(group.Name) && Holds(group) && !IsOwn(group)).Select(group => group.Name)];

    /// <summary>
    /// The initiator name to log in with: iscsid's own name where a group holds it, else that of an iface record. Null where the groups don't
    /// decide: any name will do.
    /// </summary>
    public InitiatorIdentity? SelectInitiator(StorageElement element, IReadOnlyList<InitiatorIdentity> identities) =>
        groups.Where(group => element.AccessGroupNames.Contains(group.Name)).ToList() is var presented && presented.Exists(AdmitsAll)
            ? null
            : identities.Select(identity => NamesOf(identity).Where(name => presented.Exists(group => group.Entries.Contains(name, InitiatorName.Comparer)))
                    .ToList() is [var name, .. var more]
                    ? identity with { Name = name, OtherName = more.FirstOrDefault() }
                    : null)
                .FirstOrDefault(identity => identity is not null);

    private static IEnumerable<string> NamesOf(InitiatorIdentity identity) => identity.OtherName is { } other ? [identity.Name, other] : [identity.Name];

    private bool AdmitsAll(AccessGroup group) => !hasAccessControl && group.Entries.Count == 0;

    private bool Holds(AccessGroup group) => group.Entries.Any(IsThisHost);

    private bool IsOwn(AccessGroup group) => group.Entries.Count > 0 && group.Entries.All(IsThisHost);

    private bool IsThisHost(string entry) =>
        (initiator.Iqn is { } iqn && InitiatorName.Comparer.Equals(iqn, entry))
        || initiator.InterfaceIqns.Any(name => InitiatorName.Comparer.Equals(name, entry))
        || initiator.Wwpns.Any(wwpn => InitiatorName.Comparer.Equals(wwpn, entry));

    private StorageConnectException NoOneGroup(StorageElement element, StorageServer server, List<AccessGroup> holding)
    {
        if (holding.Count > 1)
        {
            return AttachErrors.AccessGroupNeeded(element, server.Name, holding.Select(group => group.Name));
        }

        return NoGroup(element, name => AttachErrors.HostInNoAccessGroup(element, server.Name, initiator.HostName, name));
    }

    private StorageConnectException NoGroup(StorageElement element, Func<string, StorageConnectException> errorFor) =>
        (initiator.Iqn ?? (initiator.Wwpns is [var wwpn, ..] ? wwpn : null)) is { } name ? errorFor(name) : AttachErrors.NoInitiator(element);
}
