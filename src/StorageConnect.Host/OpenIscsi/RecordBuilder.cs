using System.Globalization;
using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>The content of our records: the administrator's settings, overridden where safety needs it.</summary>
internal static class RecordBuilder
{
    private const string Chap = "CHAP";
    private const string NoChap = "None";
    private const string LoginTimeout = "node.conn[0].timeo.login_timeout";
    private const int LongestLogin = 15; // open-iscsi's default, and what HostDeadlines counts with

    /// <summary>The record with which iscsid logs in to a node.</summary>
    /// <param name="node">Which one.</param>
    /// <param name="netInterface">The iface record to bind it to.</param>
    /// <param name="settings">The previous record, or iscsid.conf.</param>
    /// <param name="ownName">An administrator's iface record with an initiator name of its own; null for none.</param>
    public static IscsiRecord Node(IscsiNode node, string netInterface, IscsiRecord settings, IscsiRecord? ownName = null)
    {
        var record = new IscsiRecord
        {
            ["node.name"] = node.TargetName,
            ["node.tpgt"] = Number(node.Tpgt),
        };
        record.Take(settings, name => name.StartsWith("node.session.", StringComparison.Ordinal) || name.StartsWith("node.conn[0].", StringComparison.Ordinal));
        record["node.startup"] = "manual"; // no automatic login at boot
        record["node.leading_login"] = "No";
        record["node.session.scan"] = "manual"; // no LUN appears except those scanned for
        record["node.session.nr_sessions"] = "1";
        record["node.session.initial_login_retry_max"] = "1"; // one attempt of 15 s instead of eight: the caller decides about retries
        record["node.conn[0].address"] = node.Portal.Address;
        record["node.conn[0].port"] = Number(node.Portal.Port);
        record["node.conn[0].startup"] = "manual";
        record[LoginTimeout] = Number(int.TryParse(record[LoginTimeout], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? Math.Min(seconds, LongestLogin)
            : LongestLogin); // a longer login would outlive our waits for it
        record["iface.iscsi_ifacename"] = netInterface;
        record["iface.net_ifacename"] = node.Access.NetDevice;
        record["iface.transport_name"] = "tcp";
        if (ownName is not null)
        {
            record.Take(ownName, name => name.StartsWith("iface.", StringComparison.Ordinal));
        }

        SetChap(record, "node.session.auth.", node.Access);
        return record;
    }

    /// <summary>The record for a discovery at a portal.</summary>
    public static IscsiRecord Discovery(IscsiPortal portal, AccessContext access, IscsiRecord settings)
    {
        var record = new IscsiRecord
        {
            ["discovery.startup"] = "manual",
            ["discovery.type"] = "sendtargets",
            ["discovery.sendtargets.address"] = portal.Address,
            ["discovery.sendtargets.port"] = Number(portal.Port),
        };
        record.Take(settings, name => name.StartsWith("discovery.sendtargets.auth.", StringComparison.Ordinal)
            || name.StartsWith("discovery.sendtargets.iscsi.", StringComparison.Ordinal)
            || name.StartsWith("discovery.sendtargets.timeo.", StringComparison.Ordinal));
        record["discovery.sendtargets.reopen_max"] = "1"; // one retry instead of five
        record["discovery.sendtargets.use_discoveryd"] = "No";
        SetChap(record, "discovery.sendtargets.auth.", access);
        return record;
    }

    /// <summary>The record that binds sessions to a network device.</summary>
    public static IscsiRecord Interface(string name, string netDevice) => new()
    {
        ["iface.iscsi_ifacename"] = name,
        ["iface.net_ifacename"] = netDevice,
        ["iface.transport_name"] = "tcp",
    };

    // An access context without CHAP keeps the settings of iscsid.conf.
    private static void SetChap(IscsiRecord record, string prefix, AccessContext access)
    {
        if (access.ChapUser is null)
        {
            record[prefix + "authmethod"] ??= NoChap;
            return;
        }

        record[prefix + "authmethod"] = Chap;
        record.SetCredential(prefix + "username", prefix + "password", access.ChapUser, Needed(access.GetChapSecret(), access.ChapUser));
        record.SetCredential(
            prefix + "username_in",
            prefix + "password_in",
            access.MutualChapUser,
            access.MutualChapUser is null ? null : Needed(access.GetMutualChapSecret(), access.MutualChapUser));
    }

    private static Secret Needed(Secret? secret, string user) => secret ?? throw IscsiErrors.CredentialNeeded(user);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
