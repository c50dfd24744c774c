using System.Globalization;
using System.Text.RegularExpressions;

namespace StorageConnect.Engine.Plugins;

/// <summary>A plug-in's version in the guide's form, <c>Major.Minor.Patch-Release</c>.</summary>
internal readonly partial record struct PluginVersion(int Major, int Minor, int Patch, int Release) : IComparable<PluginVersion>
{
    public static PluginVersion? TryParse(string? text)
    {
        var match = Form().Match(text ?? "");
        return match.Success ? new(Part(match, 1), Part(match, 2), Part(match, 3), Part(match, 4)) : null;
    }

    public int CompareTo(PluginVersion other) => (Major, Minor, Patch, Release).CompareTo((other.Major, other.Minor, other.Patch, other.Release));

    /// <summary>Whether a server registered with <paramref name="bound"/> may be served by this version: the same major version.</summary>
    public bool Serves(PluginVersion bound) => Major == bound.Major;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}-{Release}");

    private static int Part(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})-([0-9]{1,9})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
