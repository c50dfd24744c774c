using System.Globalization;
using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>What iscsiadm prints of a SendTargets discovery: <c>address:port,tag name</c> on each line.</summary>
internal static class DiscoveryOutput
{
    /// <summary>A portal as the target told it; its host may be a name.</summary>
    internal sealed record Line(string TargetName, IscsiPortal Portal, int Tpgt);

    /// <exception cref="DataCorruptException">A line is none, or names what can't be a target.</exception>
    public static IReadOnlyList<Line> Parse(string output, string source)
    {
        var lines = new List<Line>();
        foreach (var text in output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var line = text.Split(' ', 2) is [var place, var name] && place.LastIndexOf(',') is var comma and > 0
                && int.TryParse(place.AsSpan(comma + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var tpgt)
                && IscsiPortal.TryParse(place[..comma], out var portal)
                && IscsiName.IsTarget(name)
                    ? new Line(name, portal, tpgt)
                    : throw IscsiErrors.IscsiTargetInvalid(source, text);
            if (!lines.Contains(line))
            {
                lines.Add(line);
            }
        }

        return lines;
    }
}
