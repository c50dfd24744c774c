namespace StorageConnect.Host.Fitness;

/// <summary>Settings of multipathd that decide between an error and a hang, and between the right LUN and another.</summary>
internal static class MultipathSettings
{
    private const string Where = "in the defaults section of /etc/multipath.conf, then 'multipathd reconfigure'.";

    /// <summary>The findings about what <c>show config local</c> tells.</summary>
    public static IEnumerable<OscHostFinding> Check(string config)
    {
        var defaults = ReadDefaults(config);
        yield return Find(
            "no_path_retry",
            defaults,
            value => value != "queue",
            "When all paths are lost, I/O waits for ever, and so does every program that uses the device.",
            $"Give a number, such as 'no_path_retry 16', {Where}");
        yield return Find(
            "recheck_wwid",
            defaults,
            value => value is "yes",
            "A path that comes back with another LUN behind it is used as if it were the old one.",
            $"Set 'recheck_wwid yes' {Where}");
        yield return Find(
            "find_multipaths",
            defaults,
            value => value is not "strict",
            "Only LUNs on multipath's list become multipath devices. Those that are attached here are put on it; others stay plain disks.",
            $"That may be wanted; else set 'find_multipaths yes' {Where}");
    }

    /// <summary>The defaults section: a line <c>name value</c> or <c>name "value"</c> each.</summary>
    internal static Dictionary<string, string> ReadDefaults(string config)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var section = "";
        foreach (var line in config.Split('\n').Select(line => line.Trim()))
        {
            if (line.EndsWith('{'))
            {
                section += "/" + line.TrimEnd('{').TrimEnd();
            }
            else if (line == "}")
            {
                section = section.LastIndexOf('/') is var end and > 0 ? section[..end] : "";
            }
            else if (section == "/defaults" && line.Split(' ', 2) is [var name, var value])
            {
                settings[name] = value.Trim().Trim('"');
            }
        }

        return settings;
    }

    private static OscHostFinding Find(string name, Dictionary<string, string> defaults, Func<string?, bool> isFine, string trouble, string action)
    {
        var value = defaults.GetValueOrDefault(name);
        var check = $"multipath {name}";
        var shown = value is null ? "It is not set." : $"It is '{value}'.";
        return isFine(value)
            ? new() { Check = check, Finding = shown }
            : new() { Check = check, State = OscHostFindingState.Warning, Finding = $"{shown} {trouble}", SuggestedAction = action };
    }
}
