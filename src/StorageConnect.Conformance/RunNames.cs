using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace StorageConnect.Conformance;

/// <summary>
/// The names under which a run makes things: nobody else's, short enough for any array, and with the hour in them, so that a later run tells what an
/// earlier one left behind from what another one is working on.
/// </summary>
internal sealed partial class RunNames(DateTimeOffset now)
{
    // Nobody waits for a run that long.
    private static readonly TimeSpan LongestRun = TimeSpan.FromHours(3);
    private readonly string _prefix = $"osc-conf-{now.ToUnixTimeSeconds():x8}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2))}-";
    private int _count;

    /// <summary>A name that was never given before.</summary>
    public string Next() => _prefix + Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);

    /// <summary>It is of this run.</summary>
    public bool IsOurs(string? name) => name?.Contains(_prefix, StringComparison.Ordinal) == true;

    /// <summary>It is of a run that can't be going on any more.</summary>
    public bool IsLeftover(string? name) =>
        name is not null
        && AnyRun().Match(name) is { Success: true } match
        && long.Parse(match.Groups["time"].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture) < (now - LongestRun).ToUnixTimeSeconds();

    [GeneratedRegex("osc-conf-(?<time>[0-9a-f]{8})-[0-9a-f]{4}-", RegexOptions.CultureInvariant)]
    private static partial Regex AnyRun();
}
