using StorageConnect.Host.Multipath;
using Xunit;

namespace StorageConnect.Tests.Host;

public sealed class MultipathMapTests : IDisposable
{
    private const string One = "3600000000000000000000000ab0d0001";
    private const string Two = "3600000000000000000000000ab0d0002";
    private readonly FakeHost _host = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("uml-s1-061-mpd-maps-json", $"mpatha {One} sda=Active sdc=Active; mpathb {Two} sdb=Active sdd=Active")]
    [InlineData("qemu-s1-061-mpd-maps-json", $"mpatha {One} sda=Active sdc=Active; mpathb {Two} sdb=Active sdd=Active")]
    [InlineData("uml-s1-062-mpd-map-json", $"mpatha {One} sda=Active sdc=Active")]
    [InlineData("qemu-s1-062-mpd-map-json", $"mpatha {One} sda=Active sdc=Active")]
    [InlineData("uml-s1-077-mpd-map-json-onepath", $"mpatha {One} sda=Active sdc=Failed; mpathb {Two} sdb=Active sdd=Failed")]
    [InlineData("qemu-s1-077-mpd-map-json-onepath", $"mpatha {One} sda=Active sdc=Failed; mpathb {Two} sdb=Active sdd=Failed")]
    [InlineData("qemu-lio-011-lio-mpd-json",
        "36001405abea000100000000000000000 36001405abea000100000000000000000 sda=Active sdb=Active; 36001405abea000200000000000000000 " +
            "36001405abea000200000000000000000 sdc=Active sdd=Active")]
    [InlineData("uml-s1-139-mp-ll-end", "")]
    [InlineData("qemu-s1-139-mp-ll-end", "")]
    [InlineData("uml-s2-046-end", "")]
    [InlineData("uml-lio-011-lio-mpd-json",
        "36001405abea000100000000000000000 36001405abea000100000000000000000 sda=Active sdc=Active; 36001405abea000200000000000000000 " +
            "36001405abea000200000000000000000 sdb=Active sdd=Active")]
    public void Maps_and_the_states_of_their_paths_are_read_as_multipathd_tells_them(string capture, string expected)
    {
        var maps = MultipathMap.TryParse(ReadCapture(capture));

        Assert.NotNull(maps);
        Assert.Equal(expected, string.Join("; ",
            maps.Select(map => $"{map.Name} {map.Wwid} {string.Join(' ', map.Paths.Select(path => $"{path.Disk}={path.State}"))}")));
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("timeout\n")]
    [InlineData("[]")]
    [InlineData("{\"maps\": 7}")]
    [InlineData("")]
    public void What_is_none_of_its_JSON_is_no_list_of_maps(string reply) => Assert.Null(MultipathMap.TryParse(reply));

    [Theory]
    [InlineData("uml-s1-063-mpd-map-nonexist")]
    [InlineData("qemu-s1-063-mpd-map-nonexist")]
    public void A_refusal_as_it_was_captured_is_no_map(string capture) => Assert.Null(MultipathMap.TryParse(ReadCapture(capture)));

    [Fact]
    public void Without_maps_the_list_is_empty() => Assert.Empty(MultipathMap.TryParse("{\n}\n")!);

    [Theory]
    [InlineData("active", "ready", "running", OscPathState.Active)]
    [InlineData("active", "ghost", "running", OscPathState.Standby)]
    [InlineData("active", "faulty", "running", OscPathState.Failed)]
    [InlineData("failed", "ready", "running", OscPathState.Failed)]
    [InlineData("active", "ready", "offline", OscPathState.Failed)]
    [InlineData("failed", "faulty", "running", OscPathState.Failed)]
    [InlineData("undef", "undef", "running", OscPathState.Unknown)]
    [InlineData("undef", "undef", "unknown", OscPathState.Unknown)]
    public void What_device_mapper_checker_and_kernel_say_becomes_one_state(string map, string checker, string device, OscPathState expected) =>
        Assert.Equal(expected, new MultipathPath("sda", map, checker, device).State);

    [Theory]
    [InlineData("uml-s1-071-bindings")]
    [InlineData("qemu-s1-071-bindings")]
    public async Task An_identity_is_put_on_multipaths_list_and_taken_off_as_multipath_writes_it(string capture)
    {
        var list = _host.At("etc/multipath/wwids");
        var file = new WwidsFile(_host.Roots);
        await file.RemoveAsync(One, Cancellation);
        Assert.False(File.Exists(list));

        await file.AddAsync(One, Cancellation);
        await file.AddAsync(Two, Cancellation);
        await file.AddAsync(One, Cancellation);

        // As the real one wrote it, from its heading on.
        var real = ReadCapture(capture);
        Assert.Equal(real[real.IndexOf("# Multipath wwids", StringComparison.Ordinal)..].TrimEnd(), File.ReadAllText(list).TrimEnd());

        await file.RemoveAsync(One, Cancellation);
        Assert.Equal([$"/{Two}/"], File.ReadLines(list).Where(line => !line.StartsWith('#')));
    }

    [Fact]
    public async Task Many_runs_at_once_lose_no_line_of_multipaths_list()
    {
        const int runs = 16;
        var list = _host.At("etc/multipath/wwids");
        _host.Write(
            "etc/multipath/wwids", "# Multipath wwids, Version : 1.0\n" + string.Concat(Enumerable.Range(0, runs).Select(run => $"/{Foreign(run)}/\n")));

        await Task.WhenAll(Enumerable.Range(0, runs).Select(run => Task.Run(async () =>
        {
            var file = new WwidsFile(_host.Roots);
            for (var round = 0; round < 10; round++)
            {
                await file.AddAsync(Own(run), Cancellation);
                await file.RemoveAsync(Own(run), Cancellation);
            }

            await file.AddAsync(Own(run), Cancellation);
        }, Cancellation)));

        Assert.Equal(
            Enumerable.Range(0, runs).Select(run => $"/{Foreign(run)}/").Concat(Enumerable.Range(0, runs).Select(run => $"/{Own(run)}/")).Order(),
            File.ReadLines(list).Where(line => line.StartsWith('/')).Order());

        static string Own(int run) => $"36{run:x31}";
        static string Foreign(int run) => $"36{run + 0xf00:x31}";
    }

    [Fact]
    public async Task An_identity_is_taken_off_multipaths_list_by_one_byte_and_takes_its_line_again()
    {
        var list = _host.At("etc/multipath/wwids");
        _host.Write("etc/multipath/wwids", $"# a heading\n/{Two}/\n/{One}/\n/{One}/\n# the end"); // a line that somebody did not end
        var file = new WwidsFile(_host.Roots);

        await file.RemoveAsync(One, Cancellation);
        Assert.Equal($"# a heading\n/{Two}/\n#{One}/\n#{One}/\n# the end", File.ReadAllText(list));

        await file.AddAsync(One, Cancellation);
        Assert.Equal($"# a heading\n/{Two}/\n/{One}/\n#{One}/\n# the end", File.ReadAllText(list));

        await file.AddAsync("3600", Cancellation);
        Assert.EndsWith("# the end\n/3600/\n", File.ReadAllText(list), StringComparison.Ordinal);
    }

    private static string ReadCapture(string name) => Capture.Read("multipathd", name + ".txt").Result.Output;
}
