using CsCheck;
using StorageConnect.Host.Attaching;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Sysfs;
using Xunit;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>What such a history begins with.</summary>
/// <param name="IsSilent">The array doesn't tell where its elements are.</param>
/// <param name="HasFriendlyNames">Maps are named mpatha and so on.</param>
/// <param name="GivesUp">The kernel gives lost ports up, and removes their disks.</param>
internal sealed record FibreChannelSetup(bool IsSilent, bool HasFriendlyNames, bool GivesUp)
{
    public static Gen<FibreChannelSetup> Any { get; } = Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool)
        .Select((silent, friendly, givesUp) => new FibreChannelSetup(silent, friendly, givesUp));
}

/// <summary>
/// Histories of a host with two Fibre Channel ports and an array with two: LUNs are masked, numbers given away, ports lost. The device that is handed over
/// leads to its element, nothing is withdrawn that this host still has, and in the end nothing is left.
/// </summary>
internal sealed class FibreChannelHistory : IAsyncDisposable
{
    private readonly SimulatedHost _host = new();
    private readonly FibreChannelSetup _setup;
    private readonly StorageElement[] _elements;
    private readonly Dictionary<string, HashSet<string>> _leftBefore = [];
    private readonly List<string> _violations = [];
    private readonly List<string> _log = [];
    private bool _isTogether;

    private FibreChannelHistory(FibreChannelSetup setup)
    {
        _setup = setup;
        _host.HasFriendlyNames = setup.HasFriendlyNames;
        _host.Array.IsSilent = setup.IsSilent;
        _host.Array.Server = _host.Array.Server with { StorageType = StorageType.SAN, AccessContexts = [] };
        _host.Array.Groups[0] = _host.Array.Groups[0] with { Entries = ["50:01:43:80:00:00:00:01", "0x5001438000000002"] };
        _host.AddFibreChannel();
        _elements = [_host.Array.AddBehindPorts("one", 5), _host.Array.AddBehindPorts("two", 6), _host.Array.AddBehindPorts("three", 7)];
        _host.Array.OnCall = call =>
        {
            if (call.StartsWith("withdraw", StringComparison.Ordinal))
            {
                LookAtWithdrawal(_elements.Single(element => element.Name == call.Split(' ')[1]));
            }
        };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task PlayAsync(FibreChannelSetup setup, IEnumerable<HistoryStep> steps)
    {
        await using var history = new FibreChannelHistory(setup);
        try
        {
            foreach (var step in steps)
            {
                history._log.Add(step.ToString());
                await history.DoAsync(step);
                Assert.True(history._violations.Count == 0, string.Join('\n', history._violations));
            }

            history._log.Add("Everything is repaired.");
            await history.EndWellAsync();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(
                $"{e.Message}\nWhat happened up to then:\n{string.Join('\n', history._log)}\n{string.Join(' ', history._host.Traces())}", e);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task DoAsync(HistoryStep step)
    {
        var (one, other) = (_elements[step.One], _elements[step.Other]);
        _isTogether = step.Verb is Verb.AttachBoth or Verb.DetachOneAttachOther;
        _leftBefore.Clear();
        var there = SysFile.Names(_host.Files.At("sys/block"), "sd*").Select(disk => ScsiDevice.OfDisk(_host.Roots, disk))
            .OfType<ScsiDevice>().Select(device => device.Folder).ToList();
        foreach (var element in _elements)
        {
            if (step.Verb != Verb.Detach && _host.Array.Now(element).AccessGroupNames.Count == 0)
            {
                _leftBefore[element.Name] = [.. there]; // what somebody's withdrawal left behind, and what leads to it only since numbers were swapped
            }
            else if (_isTogether)
            {
                // The other run may find out at any moment, even between the last look and the withdrawal, that it is this element's number now.
                _leftBefore[element.Name] = [.. there.Except(DisksOf(element.Page83Id))];
            }
        }

        switch (step.Verb)
        {
            case Verb.Attach:
                await RunAsync(step, (host, token) => AttachAsync(host, one, isUndisturbed: step.Fault == Fault.None, token));
                break;
            case Verb.Detach:
                await RunAsync(step, (host, token) => DetachAsync(host, one, token));
                break;
            case Verb.AttachBoth when one != other:
                await Task.WhenAll(
                    RunAsync(step, (host, token) => AttachAsync(host, one, isUndisturbed: false, token)),
                    RunAsync(step with { Fault = Fault.None }, (host, token) => AttachAsync(host, other, isUndisturbed: false, token)));
                break;
            case Verb.DetachOneAttachOther when one != other:
                await Task.WhenAll(
                    RunAsync(step, (host, token) => DetachAsync(host, one, token)),
                    RunAsync(step with { Fault = Fault.None }, (host, token) => AttachAsync(host, other, isUndisturbed: false, token)));
                break;
            case Verb.GiveLunAway when one != other:
                _host.Array.SwapLuns(_host.Array.Now(one), _host.Array.Now(other));
                break;
            case Verb.Withdraw:
                Inject(step with { Other = step.One }, Fault.ElementWithdrawn);
                break;
            case Verb.Hold:
                MultipathMaps.ReadAll(_host.Roots).Skip(step.One).Take(1).ToList().ForEach(map => _host.OpenMaps.Add(map.Wwid));
                break;
            case Verb.LetGo:
                _host.OpenMaps.Clear();
                break;
            case Verb.LosePortal:
                Inject(step, Fault.PortalLost);
                break;
            case Verb.MendPortals:
                _host.MendPorts();
                break;
            case Verb.StopMultipathd:
                Inject(step, Fault.MultipathdStopped);
                break;
            case Verb.StartMultipathd when !_host.Open().Multipath.IsListening:
                _host.StartMultipathd();
                break;
            case Verb.LoseArray or Verb.FindArray:
                _host.Array.IsGone = step.Verb == Verb.LoseArray;
                break;
        }
    }

    private Task RunAsync(HistoryStep step, Func<LinuxHost, CancellationToken, Task> run) => HistoryRun.PlayAsync(_host, step, Inject, Log, run);

    private void Log(string what)
    {
        lock (_log)
        {
            _log.Add(what);
        }
    }

    private async Task AttachAsync(LinuxHost host, StorageElement element, bool isUndisturbed, CancellationToken token)
    {
        var device = await new ElementAttacher(host, _host.Array, _ => { }).RunAsync(element, [], token);
        Assert.True(device.Verified);
        var behind = device.Paths.Select(path => Path.GetFileName(path.Device)).Where(disk => ScsiDevice.OfDisk(_host.Roots, disk)?.State is "running")
            .Select(_host.IdentityBehind).ToList();
        if (isUndisturbed)
        {
            Assert.NotEmpty(behind);
        }

        Assert.All(behind, identity => Assert.True(
            identity == element.Page83Id || (identity == "nothing" && !isUndisturbed), $"{device.Path} leads to {identity}."));
    }

    private async Task DetachAsync(LinuxHost host, StorageElement element, CancellationToken token) =>
        await new ElementDetacher(host, _host.Array, _ => { }).RunAsync(element, [], keepAccess: false, token);

    private void LookAtWithdrawal(StorageElement element)
    {
        lock (_leftBefore)
        {
            var left = DisksOf(element.Page83Id).Except(_leftBefore.GetValueOrDefault(element.Name) ?? []).ToList();
            if (left.Count > 0 && !(_setup.IsSilent && _isTogether)) // the other run's scan shows all LUNs, and takes them away again
            {
                _violations.Add($"'{element.Name}' is withdrawn while this host has {string.Join(", ", left)}.");
            }
        }
    }

    private IEnumerable<string> DisksOf(string wwid) =>
        ScsiDisk.FindAll(_host.Roots, wwid).Select(disk => ScsiDevice.OfDisk(_host.Roots, disk)).OfType<ScsiDevice>().Select(device => device.Folder);

    private void Inject(HistoryStep step, Fault fault)
    {
        switch (fault)
        {
            case Fault.PortalLost:
                _host.LosePort(SimulatedHost.ArrayPorts[step.Other % SimulatedHost.ArrayPorts.Count], _setup.GivesUp);
                break;
            case Fault.MultipathdStopped:
                _host.StopMultipathdAsync().GetAwaiter().GetResult();
                break;
            case Fault.ElementWithdrawn:
                _host.Array.Change(_elements[step.Other], now => now with { AccessGroupNames = [] });
                break;
        }
    }

    private async Task EndWellAsync()
    {
        _host.OpenMaps.Clear();
        _host.Array.IsGone = false;
        _host.MendPorts();
        if (!_host.Open().Multipath.IsListening)
        {
            _host.StartMultipathd();
        }

        _leftBefore.Clear();
        _isTogether = false;
        var host = _host.Open(HistoryRun.Deadlines);
        foreach (var element in _elements)
        {
            await AttachAsync(host, element, isUndisturbed: true, Token);
            Assert.Equal((4, true), Assert.Single((await FindAsync(host, element)).Select(device => (device.Paths.Count, device.Verified))));
        }

        foreach (var element in _elements)
        {
            await DetachAsync(host, element, Token);
            Assert.Empty(_host.Array.Now(element).AccessGroupNames);
        }

        Assert.True(_violations.Count == 0, string.Join('\n', _violations));
        Assert.Empty(_host.Traces());
        Assert.DoesNotContain(_host.PortScans, scan => scan.StartsWith("- ", StringComparison.Ordinal));
    }

    private static async Task<List<OscDevice>> FindAsync(LinuxHost host, StorageElement element) =>
        [.. (await new DeviceReader(host).ReadAllAsync(Token)).Where(device => device.Wwid == element.Page83Id)];
}
