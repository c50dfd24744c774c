using System.Globalization;
using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Tgt;

/// <summary>Parses tgtd's listings of targets, drivers, portals and accounts.</summary>
/// <remarks>
/// A logged-in initiator controls a part of the text: its alias, line breaks included. So the order of sections is checked, and every target against
/// the drivers' list, which has no text of initiators.
/// </remarks>
internal static class TgtListing
{
    /// <summary>tgtd's name for file I/O through the page cache.</summary>
    public const string FileStore = "rdwr";

    /// <summary>tgtd's name for RBD images.</summary>
    public const string RbdStore = "rbd";

    private const string TargetMark = "Target ";
    private const string OutgoingMark = " (outgoing)";
    private const string Any = "ALL";
    private const string Sync = "sync";

    private static readonly string[] Sections = ["System information:", "I_T nexus information:", "LUN information:",
        "Account information:", "ACL information:"];

    /// <param name="text">What <c>target show</c> says.</param>
    /// <param name="drivers">What <c>lld show</c> says, before it and after.</param>
    /// <exception cref="FormatException">It isn't a listing as tgtd makes them.</exception>
    public static List<TargetState> Targets(string text, string drivers)
    {
        var known = KnownTargets(drivers);
        var targets = new List<TargetBuilder>();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var depth = Depth(line);
            var content = line[(depth * 4)..].TrimEnd();
            if (content.IsEmpty)
            {
                continue;
            }

            if (depth == 0)
            {
                var (number, name) = Target(content);
                if ((targets.Count > 0 && targets[^1].Number >= number) || !known.Contains((number, name)))
                {
                    throw Odd(content);
                }

                targets.Add(new(number, name));
            }
            else if (targets.Count == 0)
            {
                throw Odd(content);
            }
            else
            {
                targets[^1].Read(depth, content);
            }
        }

        return targets.ConvertAll(target => target.Build());
    }

    /// <param name="text">What <c>conn show</c> says of one target. An initiator's alias is not in it.</param>
    public static List<SessionState> Sessions(string text)
    {
        var sessions = new List<SessionState>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            var (key, value) = colon < 0 ? throw Odd(line) : (line[..colon].Trim(), line[(colon + 2)..]);
            if (key == "Session")
            {
                sessions.Add(new(long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture), "", [], []));
                continue;
            }

            var session = sessions.Count > 0 ? sessions[^1] : throw Odd(line);
            sessions[^1] = key switch
            {
                "Connection" =>
                    session with { Connections = session.Connections.Append(int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture)).ToValueList() },
                "Initiator" => session with { Initiator = value },
                "IP Address" => session with { Addresses = session.Addresses.Append(value).ToValueList() },
                _ => session,
            };
        }

        return sessions;
    }

    public static List<Portal> Portals(string text)
    {
        var portals = new List<Portal>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var value = After(line, "Portal: ");
            var comma = value.LastIndexOf(',');
            portals.Add(Portal.TryParse(comma < 0 ? value : value[..comma]) ?? throw Odd(line));
        }

        return portals;
    }

    public static List<string> Accounts(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] == ' ').Select(line => line.Trim())];

    /// <summary>A size as tgtd writes it: in millions of bytes, oddly rounded.</summary>
    public static string Size(long bytes)
    {
        const long sector = 512;
        var sectors = bytes / sector;
        return string.Create(CultureInfo.InvariantCulture, $"{(ulong)(sectors - ((sectors / 625) - 974)) / 1950} MB");
    }

    private static HashSet<(int Number, string Name)> KnownTargets(string drivers)
    {
        var known = new HashSet<(int Number, string Name)>();
        foreach (var line in drivers.AsSpan().EnumerateLines())
        {
            var content = line.Trim();
            if (content.StartsWith(TargetMark, StringComparison.Ordinal))
            {
                known.Add(Target(content));
            }
        }

        return known;
    }

    private static (int Number, string Name) Target(ReadOnlySpan<char> line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && line.StartsWith(TargetMark, StringComparison.Ordinal)
            && int.TryParse(line[TargetMark.Length..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (number, line[(colon + 2)..].ToString())
            : throw Odd(line);
    }

    private static int Depth(ReadOnlySpan<char> line)
    {
        var blanks = line.IndexOfAnyExcept(' ');
        return (blanks < 0 ? 0 : blanks) / 4;
    }

    private static string After(ReadOnlySpan<char> line, string key) =>
        line.StartsWith(key, StringComparison.Ordinal) ? line[key.Length..].ToString() : throw Odd(line);

    private static FormatException Odd(ReadOnlySpan<char> line) => new($"tgtd's listing has a line where it can't be: '{line[..Math.Min(line.Length, 80)]}'.");

    private sealed class TargetBuilder(int number, string name)
    {
        private readonly List<SessionState> _sessions = [];
        private readonly List<UnitState> _units = [];
        private readonly List<AccountName> _accounts = [];
        private readonly List<string> _initiators = [];
        private readonly List<string> _addresses = [];
        private int _section = -1;
        private bool _ready;

        public int Number => number;

        public void Read(int depth, ReadOnlySpan<char> content)
        {
            if (depth == 1)
            {
                // Each once, in this order, so that a section forged in an alias is detected.
                _section++;
                if (_section >= Sections.Length || !content.SequenceEqual(Sections[_section]))
                {
                    throw Odd(content);
                }

                return;
            }

            switch (_section)
            {
                case 0:
                    _ready |= content.SequenceEqual("State: ready");
                    break;
                case 1:
                    ReadSession(content);
                    break;
                case 2:
                    ReadUnit(content);
                    break;
                case 3:
                    _accounts.Add(content.EndsWith(OutgoingMark, StringComparison.Ordinal)
                        ? new(content[..^OutgoingMark.Length].ToString(), true)
                        : new(content.ToString(), false));
                    break;
                case 4:
                    (IsInitiator(content) ? _initiators : _addresses).Add(content.ToString());
                    break;
                default:
                    throw Odd(content);
            }
        }

        public TargetState Build() => _section != Sections.Length - 1
            ? throw Odd(name)
            : new()
            {
                Number = number,
                Name = name,
                Ready = _ready,
                Initiators = _initiators.ToValueList(),
                Addresses = _addresses.ToValueList(),
                Accounts = _accounts.ToValueList(),
                Sessions = _sessions.ToValueList(),
                Units = _units.Where(unit => unit.Number != 0).ToValueList(),
            };

        // An address is a number, a network or ALL; a name begins as iSCSI names do.
        private static bool IsInitiator(ReadOnlySpan<char> entry) =>
            !entry.SequenceEqual(Any) && (entry.StartsWith("iqn.", StringComparison.Ordinal) || entry.StartsWith("eui.", StringComparison.Ordinal)
                || entry.StartsWith("naa.", StringComparison.Ordinal));

        private void ReadSession(ReadOnlySpan<char> content)
        {
            var (key, value) = Pair(content);
            if (key.SequenceEqual("I_T nexus"))
            {
                _sessions.Add(new(long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw Odd(content), "", [], []));
            }
            else if (_sessions.Count > 0)
            {
                var session = _sessions[^1];
                _sessions[^1] = key switch
                {
                    "Initiator" when session.Initiator.Length == 0 =>
                        session with
                        {
                            Initiator = value[..(value.IndexOf(" alias:", StringComparison.Ordinal) is var end and >= 0 ? end
                            : value.Length)].ToString()
                        },
                    "Connection" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var connection) =>
                        session with { Connections = session.Connections.Append(connection).ToValueList() },
                    "IP Address" => session with { Addresses = session.Addresses.Append(value.ToString()).ToValueList() },
                    _ => session,
                };
            }
        }

        private void ReadUnit(ReadOnlySpan<char> content)
        {
            var (key, value) = Pair(content);
            if (key.SequenceEqual("LUN"))
            {
                _units.Add(new() { Number = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) });
                return;
            }

            var unit = _units.Count > 0 ? _units[^1] : throw Odd(content);
            _units[^1] = key switch
            {
                "SCSI ID" => unit with { Naa = value.ToString() },
                "SCSI SN" => unit with { Serial = value.ToString() },
                "Size" => WithSize(unit, value[..(value.IndexOf(',') is var comma and >= 0 ? comma : value.Length)].ToString()),
                "Online" => unit with { Online = value.SequenceEqual("Yes") },
                "Readonly" => unit with { ReadOnly = value.SequenceEqual("Yes") },
                "Thin-provisioning" => unit with { Thin = value.SequenceEqual("Yes") },
                "Backing store type" => unit with { Backing = new(KindOf(value), "") },
                "Backing store path" =>
                    unit with { Backing = value.SequenceEqual("None") ? null : new(unit.Backing?.Kind ?? BackingKind.Other, value.ToString()) },
                "Backing store flags" => unit with { WriteThrough = value.SequenceEqual(Sync) },
                _ => unit,
            };
        }

        private static BackingKind KindOf(ReadOnlySpan<char> store) => store switch
        {
            FileStore => BackingKind.File,
            RbdStore => BackingKind.RbdImage,
            _ => BackingKind.Other,
        };

        private static UnitState WithSize(UnitState unit, string size) => unit with { HasSize = bytes => Size(bytes) == size };

        private static Line Pair(ReadOnlySpan<char> content)
        {
            var colon = content.IndexOf(':');
            return colon < 0 ? throw Odd(content) : new(content[..colon], content[(colon + 1)..].Trim());
        }

        private readonly ref struct Line(ReadOnlySpan<char> key, ReadOnlySpan<char> value)
        {
            private readonly ReadOnlySpan<char> _key = key;
            private readonly ReadOnlySpan<char> _value = value;

            public void Deconstruct(out ReadOnlySpan<char> key, out ReadOnlySpan<char> value)
            {
                key = _key;
                value = _value;
            }
        }
    }
}
