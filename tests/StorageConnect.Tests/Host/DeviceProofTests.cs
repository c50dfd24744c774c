using StorageConnect.Host.Attaching;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>What Get-OscDevice calls verified was asked of the devices at that moment. The kernel never notices who stands behind a LUN number.</summary>
public sealed class DeviceProofTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private readonly SimulatedHost _host = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_LUN_number_given_to_another_element_is_seen_though_the_kernel_shows_the_old_identity()
    {
        var element = await AttachAsync();
        Assert.True((await ReadAsync()).Verified);

        var next = _host.Array.Add("next", Target, 5);
        Present(next);

        Assert.All(_host.ReallyBehind($"/dev/mapper/{element.Page83Id}"), behind => Assert.Equal(next.Page83Id, behind));
        var device = await ReadAsync();
        Assert.Equal((false, true), (device.Verified, device.HasWrongPath));
    }

    [Fact]
    public async Task A_LUN_that_was_withdrawn_is_not_verified()
    {
        var element = await AttachAsync();

        _host.Array.Change(element, now => now with { AccessGroupNames = [] });

        Assert.False((await ReadAsync()).Verified);
    }

    [Fact]
    public async Task A_single_disk_is_asked_too()
    {
        var element = _host.Array.Add("db01", Target, 5);
        Present(element);
        _host.IsMultipathdBlind = true;
        _host.AddDisk(_host.AddSession(Target, "10.99.0.1"), 5, element);
        Assert.True((await ReadAsync()).Verified);

        _host.Array.Change(element, now => now with { AccessGroupNames = [] });

        Assert.False((await ReadAsync()).Verified);
    }

    [Fact]
    public async Task A_path_that_is_down_counts_as_what_was_read_when_it_was_up()
    {
        await AttachAsync();
        _host.Break(_host.Sessions()[0]);

        Assert.True((await ReadAsync()).Verified);
    }

    [Fact]
    public async Task A_device_of_which_no_path_answers_is_not_verified_and_no_wrong_disk()
    {
        var element = await AttachAsync();
        var silent = _host.Open(kernel: new SilentKernel(() => new IOException("no answer")));

        var device = Assert.Single(await new DeviceReader(silent).ReadAllAsync(Cancellation));
        var error = await Assert.ThrowsAsync<NotFoundException>(() => new DeviceProof(silent, _ => { }).RunAsync(element, 2, null, Cancellation));

        Assert.Equal((2, false, false), (device.Paths.Count, device.Verified, device.HasWrongPath));
        Assert.Equal(("ElementNotSeen", true), (error.ErrorId, error.Retryable));
        Assert.Contains("answers", error.Message);
    }

    [Fact]
    public async Task A_device_whose_paths_are_all_down_is_not_verified_and_no_wrong_disk()
    {
        await AttachAsync();
        foreach (var session in _host.Sessions())
        {
            _host.Break(session);
        }

        var device = await ReadAsync();

        Assert.Equal((2, false, false), (device.Paths.Count, device.Verified, device.HasWrongPath));
    }

    [Fact]
    public async Task A_path_that_goes_while_it_is_asked_is_no_wrong_disk()
    {
        var element = await AttachAsync();
        var warnings = new List<string>();
        var loss = new Lazy<bool>(() =>
        {
            _host.RemoveSession(_host.Sessions()[1].Id);
            return true;
        });
        _host.OnInquiry = (_, _) => _ = loss.Value;

        var device = await new DeviceProof(_host.Open(), warnings.Add).RunAsync(element, 2, null, Cancellation);

        Assert.True(device.Verified);
        Assert.Single(device.Paths);
        Assert.Single(warnings);
    }

    [Fact]
    public async Task A_path_that_is_gone_and_still_in_the_map_is_none()
    {
        var element = await AttachAsync();
        await _host.StopMultipathdAsync();
        _host.RemoveSession(_host.Sessions()[1].Id);
        Assert.Equal(2, MultipathMaps.Find(_host.Roots, element.Page83Id)!.ListedSlaves(_host.Roots).Count());

        var device = await new DeviceProof(_host.Open(), _ => { }).RunAsync(element, 2, null, Cancellation);

        Assert.True(device.Verified);
        Assert.Single(device.Paths);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_device_whose_last_path_goes_while_it_is_asked_is_no_wrong_disk_either(bool isMapLeft)
    {
        var element = await AttachAsync();
        var loss = new Lazy<IOException>(() =>
        {
            foreach (var session in _host.Sessions())
            {
                _host.RemoveSession(session.Id);
            }

            if (!isMapLeft)
            {
                _host.RemoveMap(MultipathMaps.Find(_host.Roots, element.Page83Id)!.KernelName);
            }

            return new("no answer");
        });

        var error = await Assert.ThrowsAsync<NotFoundException>(
            () => new DeviceProof(_host.Open(kernel: new SilentKernel(() => loss.Value)), _ => { }).RunAsync(element, 2, null, Cancellation));

        Assert.Equal("ElementNotSeen", error.ErrorId);
    }

    [Fact]
    public async Task Who_may_not_ask_is_told_what_the_kernel_shows()
    {
        await AttachAsync();
        var kernel = new SilentKernel(() => new UnauthorizedAccessException());

        var device = Assert.Single(await new DeviceReader(_host.Open(kernel: kernel)).ReadAllAsync(Cancellation));

        Assert.Equal((2, true), (device.Paths.Count, device.Verified));
    }

    [Fact]
    public async Task A_session_that_is_silent_is_asked_once_however_many_LUNs_it_has()
    {
        var session = _host.AddSession(Target, "10.99.0.1");
        for (var lun = 1; lun <= 20; lun++)
        {
            _host.AddDisk(session, lun, _host.Array.Add($"db{lun}", Target, lun));
        }

        var kernel = new SilentKernel(() => new IOException("no answer"));
        await new LiveIdentityReader(_host.Roots, SimulatedHost.Patient, kernel).ReadAsync(Devices(), Cancellation);

        Assert.Equal(1, kernel.Asked);
    }

    [Fact]
    public void What_is_no_SCSI_disk_gives_no_answer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SG_IO is Linux's.");
        var file = _host.Files.At("dev/sdq");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");

        Assert.Contains(file, Assert.Throws<IOException>(() => ScsiInquiry.Read(file, 0x83, TimeSpan.FromSeconds(1))).Message);
    }

    private async Task<StorageElement> AttachAsync()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await new ElementAttacher(_host.Open(), _host.Array, _ => { }).RunAsync(element, [], Cancellation);
        return _host.Array.Now(element);
    }

    private void Present(StorageElement element) => _host.Array.Change(element, now => now with { AccessGroupNames = ["this-host"] });

    private async Task<OscDevice> ReadAsync() => Assert.Single(await new DeviceReader(_host.Open()).ReadAllAsync(Cancellation));

    private List<ScsiDevice> Devices() => [.. _host.Sessions().SelectMany(session => ScsiDevice.Of(_host.Roots, session))];

    private sealed class SilentKernel(Func<Exception> failure) : IKernel
    {
        public int Asked { get; private set; }

        public void Write(string path, string text) => throw new NotSupportedException();

        public byte[] ReadVpdPage(string disk, byte page)
        {
            Asked++;
            throw failure();
        }

        public IDisposable? TryClaim(string node) => throw failure();

        public string? ReadDevice(string path) => null;

        public string? ReadLoopDevice(string loop) => null;
    }
}
