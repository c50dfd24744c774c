using System.Globalization;
using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>What iscsiadm prints of a SendTargets discovery: <c>address:port,tag name</c> on each line.</summary>
/// <param name="Lines">The usable lines; a host name must have an address.</param>
/// <param name="Unusable">The lines that can't be parsed, or don't name a target.</param>
internal sealed record DiscoveryOutput(IReadOnlyList<DiscoveryOutput.Line> Lines, IReadOnlyList<string> Unusable)
{
    /// <summary>A portal as the target reported it; its host may be a name.</summary>
    internal sealed record Line(string TargetName, IscsiPortal Portal, int Tpgt);

    public static DiscoveryOutput Parse(string output)
    {
        var lines = new List<Line>();
        var unusable = new List<string>();
        foreach (var text in output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (TryParse(text) is not { } line)
            {
                unusable.Add(text);
            }
            else if (!lines.Contains(line))
            {
                lines.Add(line);
            }
        }

        return new(lines, unusable);
    }

    private static Line? TryParse(string text) =>
        text.Split(' ', 2) is [var place, var name] && place.LastIndexOf(',') is var comma and > 0
        && int.TryParse(place.AsSpan(comma + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var tpgt)
        && IscsiPortal.TryParse(place[..comma], out var portal)
        && IscsiName.IsTarget(name)
            ? new(name, portal, tpgt)
            : null;
}
