using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace StorageConnect;

/// <summary>
/// The texts of table and list views: the hidden properties of <c>StorageConnect.types.ps1xml</c>, one method each. They read properties by name, so
/// that records from another process (Import-Clixml, jobs, remoting) show the same.
/// </summary>
public static class ViewText
{
    /// <summary>A size with a binary unit.</summary>
    public static string SizeText(PSObject record) => Size(record, "SizeBytes");

    /// <summary>A size with a binary unit, and the bytes.</summary>
    public static string SizeExactText(PSObject record) => ExactSize(record, "SizeBytes");

    /// <summary>Capacity of a server.</summary>
    public static string TotalText(PSObject record) => Size(record, "TotalBytes");

    /// <summary>Free capacity of a server.</summary>
    public static string FreeText(PSObject record) => Size(record, "FreeBytes");

    /// <summary>Sum of the sizes on a server, and what this is of its capacity: more than 100 % is over-committed.</summary>
    public static string AllocatedText(PSObject record) =>
        Bytes(record, "AllocatedBytes") is { } allocated && Bytes(record, "TotalBytes") is { } total and > 0
            ? string.Create(CultureInfo.CurrentCulture, $"{ByteSize.Format(allocated)} ({100.0 * allocated / total:0} %)")
            : Size(record, "AllocatedBytes");

    /// <summary>Capacity, and the bytes.</summary>
    public static string TotalExactText(PSObject record) => ExactSize(record, "TotalBytes");

    /// <summary>Used capacity, and the bytes.</summary>
    public static string UsedExactText(PSObject record) => ExactSize(record, "UsedBytes");

    /// <summary>Free capacity, and the bytes.</summary>
    public static string FreeExactText(PSObject record) => ExactSize(record, "FreeBytes");

    /// <summary>Bytes that would become free, for display and exact.</summary>
    public static string UniqueExactText(PSObject record) => ExactSize(record, "UniqueBytes");

    /// <summary>When a server's figures were reported, in local time.</summary>
    public static string ReportedAtText(PSObject record) => Moment(record, "ReportedAt", "yyyy-MM-dd HH:mm");

    /// <summary>Sum of the sizes, and the bytes.</summary>
    public static string AllocatedExactText(PSObject record) => ExactSize(record, "AllocatedBytes");

    /// <summary>A state in its colour.</summary>
    public static string StateText(PSObject record) => StateColor.Paint(Value(record, "State"));

    /// <summary>The access groups of an element.</summary>
    public static string AccessGroupNamesText(PSObject record) => List(record, "AccessGroupNames");

    /// <summary>The device paths of an element.</summary>
    public static string DevicePathsText(PSObject record) => List(record, "DevicePaths");

    /// <summary>The names of an element's sources, each its Uuid where the name is not known.</summary>
    public static string Source(PSObject record)
    {
        var names = Items(record, "SourceNames").Select(name => name.ToString()).ToList();
        return string.Join(", ", Items(record, "SourceUuids").Select((uuid, i) => i < names.Count && names[i].Length > 0 ? names[i] : uuid.ToString()));
    }

    /// <summary>When a copy was created, in local time.</summary>
    public static string CreatedText(PSObject record) => Moment(record, "CreatedAt", "yyyy-MM-dd HH:mm:ss");

    /// <summary>The targets and LUN numbers of an element.</summary>
    public static string LunAddressesText(PSObject record) => List(record, "LunAddresses");

    /// <summary>The initiators of an access group.</summary>
    public static string EntriesText(PSObject record) => List(record, "Entries");

    /// <summary>The volume groups of a server.</summary>
    public static string VolumeGroupsText(PSObject record) => List(record, "VolumeGroups");

    /// <summary>The network devices of a server.</summary>
    public static string NetDevicesText(PSObject record) => List(record, "NetDevices");

    /// <summary>Addresses and ports of a server.</summary>
    public static string AccessContextsText(PSObject record) =>
        string.Join(", ", Items(record, "AccessContexts").Select(context => $"{Value(context, "Host")}:{Value(context, "Port")}"));

    /// <summary>The world-wide port names of a host.</summary>
    public static string WwpnsText(PSObject record) => List(record, "Wwpns");

    /// <summary>The storage types of a plug-in.</summary>
    public static string StorageTypesText(PSObject record) => List(record, "StorageTypes");

    /// <summary>The abilities of a plug-in, as <c>key = value</c>.</summary>
    public static string AbilityText(PSObject record) => Value(record, "Ability") is { } ability
        ? string.Join(", ", PSObject.AsPSObject(ability).Properties.Select(key => $"{key.Name} = {key.Value}"))
        : "";

    /// <summary>A plug-in's problem, or else its description.</summary>
    public static string ProblemOrDescription(PSObject record) => Text(record, "Problem") is { Length: > 0 } problem ? problem : Text(record, "Description");

    /// <summary>A limit, or <c>unlimited</c>.</summary>
    public static string MaximumText(PSObject record) => Value(record, "Unlimited") is true ? "unlimited" : Text(record, "Maximum");

    /// <summary>The number of initiators that an access group can have, or <c>unlimited</c>.</summary>
    public static string MaxAccessEntriesText(PSObject record) => Text(record, "MaxAccessEntries") is var most && most == "-1" ? "unlimited" : most;

    /// <summary>Active paths of a device, and all of them.</summary>
    public static string PathsText(PSObject record)
    {
        var paths = Items(record, "Paths").ToList();
        return $"{paths.Count(path => Text(path, "State") == "Active")}/{paths.Count}";
    }

    /// <summary>Names of elements that share blocks.</summary>
    public static string SharesBlocksWithText(PSObject record) => List(record, "SharesBlocksWith");

    /// <summary>Names of sources.</summary>
    public static string SourcesText(PSObject record) => List(record, "Sources");

    /// <summary>Names of snapshots.</summary>
    public static string SnapshotsText(PSObject record) => List(record, "Snapshots");

    /// <summary>Names of clones.</summary>
    public static string ClonesText(PSObject record) => List(record, "Clones");

    /// <summary>The duration of a clause, in milliseconds.</summary>
    public static string Milliseconds(PSObject record) => Value(record, "Duration") is TimeSpan duration
        ? ((long)duration.TotalMilliseconds).ToString(CultureInfo.CurrentCulture)
        : "";

    /// <summary>A clause's text; when it failed, with expected and seen; when it was skipped, with the reason.</summary>
    public static string Explanation(PSObject record) => (Text(record, "Outcome"), Text(record, "Reason")) switch
    {
        ("Failed", _) => $"{Text(record, "Text")} Expected: {Text(record, "Expected")}. Seen: {Text(record, "Seen")}.",
        (_, { Length: > 0 } reason) => $"{Text(record, "Text")} [{reason}]",
        _ => Text(record, "Text"),
    };

    private static string Moment(PSObject record, string property, string format) => Value(record, property) switch
    {
        DateTimeOffset time => time.LocalDateTime.ToString(format, CultureInfo.InvariantCulture),
        DateTime time => time.ToLocalTime().ToString(format, CultureInfo.InvariantCulture),
        _ => "",
    };

    private static string Size(PSObject record, string property) => ByteSize.Format(Bytes(record, property));

    private static string ExactSize(PSObject record, string property) => ByteSize.Exact(Bytes(record, property));

    private static long? Bytes(PSObject record, string property) => Value(record, property) switch
    {
        long bytes => bytes,
        int bytes => bytes,
        _ => null,
    };

    private static string List(PSObject record, string property) => string.Join(", ", Items(record, property));

    private static IEnumerable<PSObject> Items(PSObject record, string property) => Value(record, property) switch
    {
        string text => [text],
        IEnumerable items => items.Cast<object>().Select(PSObject.AsPSObject),
        null => [],
        { } one => [PSObject.AsPSObject(one)],
    };

    private static string Text(PSObject record, string property) => Value(record, property)?.ToString() ?? "";

    private static object? Value(PSObject record, string property)
    {
        var value = record.Properties[property]?.Value;
        return value is PSObject wrapped ? wrapped.BaseObject : value;
    }
}
