using System.Globalization;
using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;
using StorageConnect.Tests.Host;
using Xunit;

namespace StorageConnect.Tests.PluginKit;

/// <summary>What a real tgtd was told and what it said, through its tgtadm.</summary>
public sealed class TgtCaptureTests
{
    private const string Folder = "tgtadm";
    private const string Target = "iqn.2026-01.lab.test:t1";
    private static readonly TgtRequest Anything = new(TgtMode.Target, TgtOperation.Show);
    private static readonly List<string[]> Index = [.. Capture.Index(Folder, parts: 4)];

    // What 'lld show' tells of its targets; it was not captured.
    private static readonly string Drivers = $"System:\n    LLDs:\n        iscsi: ready\n            Target 1: {Target}\n";

    public static TheoryData<string, string, string> Requests =>
        [.. Index.Where(row => row.Length == 3 && row[2] != "targets").Select(row => (row[0], row[1], row[2]))];

    public static TheoryData<string, string, string, string> Listings =>
        [.. Index.Where(row => row.Length == 4).Select(row => (row[0], row[1], row[2], row[3]))];

    [Fact]
    public void Each_capture_has_its_line_in_the_index() =>
        Assert.Equal(Capture.NamesIn(Folder).Order(StringComparer.Ordinal), Index.Select(row => row[0]).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Requests))]
    public void What_tgtd_did_is_taken_for_what_it_was(string file, string code, string outcome)
    {
        var result = Capture.Read(Folder, file).EndingWith(code);

        TgtAnswer Read() => TgtAdm.Read(TgtControlAddress.Default, Anything, result.ExitCode, result.Output, result.Error.Trim());

        if (outcome == "done")
        {
            Assert.Equal("", Read().Text);
        }
        else if (Enum.TryParse<TgtRefusal>(outcome, out var reason))
        {
            Assert.Equal(reason, Assert.Throws<TgtRefusedException>(() => Read()).Reason);
        }
        else
        {
            Assert.Equal(outcome, Assert.Throws<ArrayUnreachableException>(() => Read()).ErrorId);
        }
    }

    [Theory]
    [MemberData(nameof(Listings))]
    public void What_tgtd_listed_is_read(string file, string lines, string what, string expected)
    {
        var text = Capture.Read(Folder, file).Lines(lines);

        Assert.Equal(expected, what switch
        {
            "portals" => string.Join(' ', TgtListing.Portals(text)),
            "accounts" => string.Join(' ', TgtListing.Accounts(text)),
            _ => SizeIn(text) == TgtListing.Size(long.Parse(expected, CultureInfo.InvariantCulture)) ? expected : SizeIn(text),
        });
    }

    [Fact]
    public void No_targets_are_an_empty_listing() =>
        Assert.Empty(TgtListing.Targets(Read("host-001-tgtadm-show-empty.txt"), "System:\n    LLDs:\n        iscsi: ready\n"));

    [Fact]
    public void A_target_is_read_with_its_logical_units_before_anybody_may_use_it()
    {
        var target = Assert.Single(TgtListing.Targets(Read("host-015-tgtadm-show-before-bind.txt"), Drivers));

        Assert.Equal((1, Target, true), (target.Number, target.Name, target.Ready));
        Assert.Empty(target.Initiators);
        Assert.Empty(target.Addresses);
        Assert.Empty(target.Accounts);
        Assert.Empty(target.Sessions);
        Assert.Equal([1, 2, 3], target.Units.Select(unit => unit.Number));
        Assert.Equal(["naa.6000000000000000000000000000abcd", "SCSIID2", "IET     00010003"], target.Units.Select(unit => unit.Naa));
        Assert.Equal(["SN0123456789abcdef", "SN2", "012345678901234567890123456789012345"], target.Units.Select(unit => unit.Serial));
        Assert.Equal(["/srv/lab/h/st/a.img", "/srv/lab/h/st/b.img", "/srv/lab/h/st/c.img"], target.Units.Select(unit => unit.Backing?.Path));
        Assert.Equal([false, true, true], target.Units.Select(unit => unit.Backing?.Kind == BackingKind.File)); // the first is served by aio
        Assert.Equal([false, true, false], target.Units.Select(unit => unit.Thin));
        Assert.Equal([false, false, true], target.Units.Select(unit => unit.WriteThrough));
        Assert.All(target.Units, unit => Assert.True(unit is { Online: true, ReadOnly: false } && unit.HasSize(64 << 20)));
    }

    [Fact]
    public void Accounts_in_both_directions_and_who_is_let_in_are_read()
    {
        var target = Assert.Single(TgtListing.Targets(Read("host-076-tgtadm-show-full.txt"), Drivers));

        Assert.Equal([new AccountName("chapuser", false), new("tgtuser", true)], target.Accounts);
        Assert.Equal(["ALL"], target.Addresses);
        Assert.Empty(target.Initiators);
        Assert.True(target.Units[0].HasSize(128 << 20) && !target.Units[0].HasSize(64 << 20));
    }

    [Fact]
    public void A_listing_that_was_cut_off_is_refused()
    {
        var cut = Capture.Read(Folder, "host2-015-conn-hold.txt").Lines("6-21");
        Assert.StartsWith("Target 1: ", cut);

        Assert.Throws<FormatException>(() => TgtListing.Targets(cut, Drivers));
    }

    [Fact]
    public void A_session_is_read_with_its_connections_and_where_it_comes_from()
    {
        var text = Capture.Read(Folder, "host2-015-conn-hold.txt").Lines("6-21") + "\n    Account information:\n    ACL information:\n";

        var session = Assert.Single(Assert.Single(TgtListing.Targets(text, Drivers)).Sessions);

        Assert.Equal(9, session.Id);
        Assert.Equal([0], session.Connections);
        Assert.Equal("iqn.2008-11.org.linux-kvm (127.0.0.1)", session.ToString());
    }

    [Fact]
    public void A_session_that_an_alias_forges_with_the_number_of_another_s_ends_nobody_s()
    {
        var control = new OneSession();
        var daemon = TgtTargetDaemon.Over(TgtControlAddress.Default, control, TestContext.Current.CancellationToken);
        var target = new TargetState { Number = 1, Name = Target };
        void End(long id, string initiator) => daemon.EndSession(target, new(id, initiator, [7], []), TestContext.Current.CancellationToken);

        Assert.Equal("TargetDaemonListingOdd", Assert.Throws<ArrayUnreachableException>(() => End(9, "iqn.2001-04.com.example:forged")).ErrorId);
        End(99, "iqn.2001-04.com.example:forged");
        Assert.Empty(control.Ended);

        End(9, OneSession.Initiator);
        Assert.Equal([3], control.Ended);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("99999999999999999999")]
    public void A_session_that_has_no_number_makes_a_listing_odd(string number)
    {
        var text = (Capture.Read(Folder, "host2-015-conn-hold.txt").Lines("6-21") + "\n    Account information:\n    ACL information:\n")
            .Replace("I_T nexus: 9", $"I_T nexus: {number}", StringComparison.Ordinal);

        Assert.Throws<FormatException>(() => TgtListing.Targets(text, Drivers));
    }

    private static string Read(string file) => Capture.Read(Folder, file).Result.Output;

    private static string SizeIn(string text)
    {
        const string key = "Size: ";
        var begin = text.IndexOf(key, StringComparison.Ordinal) + key.Length;
        return text[begin..text.IndexOf(',', begin)];
    }

    /// <summary>A tgtd with one session of one connection.</summary>
    private sealed class OneSession : ITgtControl
    {
        public const string Initiator = "iqn.2001-04.com.example:host1";

        public List<int> Ended { get; } = [];

        public TgtAnswer Send(TgtRequest request, CancellationToken cancellationToken)
        {
            if (request is { Mode: TgtMode.Connection, Operation: TgtOperation.Delete })
            {
                Ended.Add(request.Connection);
            }

            return new(request switch
            {
                { Mode: TgtMode.System } => "System:\n    LLDs:\n        iscsi: ready\n",
                { Mode: TgtMode.Connection, Operation: TgtOperation.Show } when Ended.Count == 0 =>
                    $"Session: 9\n    Connection: 3\n        Initiator: {Initiator}\n        IP Address: 127.0.0.1\n",
                _ => "",
            }, 0);
        }
    }
}
