using StorageConnect.Host.Multipath;

namespace StorageConnect.Host.Fitness;

/// <summary>
/// Checks multipathd's settings that decide between an error and a hang, and between the right LUN and another. Effective values count.
/// </summary>
internal static class MultipathSettings
{
    private const string Queue = "queue";
    private const string ThenReload = "in /etc/multipath.conf, then 'multipathd reconfigure'.";

    /// <summary>The findings about the reply to <c>show config local</c>, and about the existing maps.</summary>
    public static IEnumerable<OscHostFinding> Check(string config, IReadOnlyList<MultipathMap> maps)
    {
        var settings = MultipathConfig.Parse(config);
        yield return CheckRetry(settings, maps);
        yield return Find(
            "recheck_wwid",
            settings.InForce(section => section.GetValueOrDefault("recheck_wwid")),
            value => value is "yes",
            "A path that comes back with another LUN behind it is used as if it were the old one.",
            $"Set 'recheck_wwid yes' there or in the defaults {ThenReload}");
        yield return Find(
            "find_multipaths",
            settings.InForce(section => section.GetValueOrDefault("find_multipaths")),
            value => value is not "strict",
            "Only LUNs on multipath's list become multipath devices. Attached LUNs are added to it; others stay plain disks.",
            $"If that is not intended, set 'find_multipaths yes' in the defaults {ThenReload}");
    }

    private static OscHostFinding CheckRetry(MultipathConfig settings, IReadOnlyList<MultipathMap> maps)
    {
        const string trouble = "When all paths are lost, I/O waits forever, and so does every program that uses the device.";
        const string action = $"Give a number, such as 'no_path_retry 16', where it is set {ThenReload}";

        // "features" with queue_if_no_path is the older setting for it, used where no_path_retry is not set.
        var retry = Find(
            "no_path_retry",
            settings.InForce(section => section.GetValueOrDefault("no_path_retry")
                ?? (section.GetValueOrDefault("features")?.Contains("queue_if_no_path", StringComparison.Ordinal) == true ? Queue : null)),
            value => value != Queue,
            trouble,
            action);
        return retry.State == OscHostFindingState.Ok && maps.Where(map => map.QueuesForever).Select(map => map.Name).ToList() is [_, ..] queueing
            ? retry with
            {
                State = OscHostFindingState.Warning,
                Finding = $"The map {string.Join(", ", queueing)} waits forever. {trouble}",
                SuggestedAction = action
            }
            : retry;
    }

    private static OscHostFinding Find(string name, IReadOnlyList<(string Where, string? Value)> inForce, Func<string?, bool> isFine,
        string trouble, string action)
    {
        var check = $"multipath {name}";
        var wrong = inForce.Where(place => !isFine(place.Value)).ToList();
        return wrong.Count == 0
            ? new() { Check = check, Finding = Show(inForce) }
            : new() { Check = check, State = OscHostFindingState.Warning, Finding = $"{Show(wrong)} {trouble}", SuggestedAction = action };
    }

    private static string Show(IReadOnlyList<(string Where, string? Value)> places) => string.Join(
        ' ', places.Select(place => place.Value is null
            ? "It is not set."
            : $"It is '{place.Value}'{(place.Where == "defaults" ? "" : $" ({place.Where})")}."));
}
