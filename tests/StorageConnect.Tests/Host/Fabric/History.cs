using StorageConnect.Host;
using StorageConnect.Host.Attaching;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Sysfs;
using Xunit;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>Plays what happens on a host, and looks after each step whether what must never happen did.</summary>
internal sealed partial class History : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private const string OtherTarget = "iqn.2026-01.lab.array:t2";
    private static readonly string[] Portals = ["10.99.0.1", "10.99.1.1"];

    private readonly SimulatedHost _host = new();
    private readonly HistorySetup _setup;
    private readonly StorageElement[] _elements;
    private readonly StorageElement? _foreign;
    private readonly HashSet<int> _foreignSessions = [];
    private readonly HashSet<int> _loggedOutByHand = [];
    private readonly HashSet<string> _held = [];
    private readonly Dictionary<string, HashSet<string>> _leftBefore = [];
    private readonly List<string> _violations = [];
    private readonly List<string> _log = [];
    private bool _isTogether;

    private History(HistorySetup setup)
    {
        _setup = setup;
        _host.HasFriendlyNames = setup.HasFriendlyNames;
        _host.Array.IsSilent = setup.IsSilent;
        _host.Array.Server = _host.Array.Server with { AccessContexts = [.. Portals[..setup.Portals].Select(portal => new AccessContext { Host = portal })] };
        _elements = [_host.Array.Add("one", Target, 5), _host.Array.Add("two", Target, 6), _host.Array.Add("three", OtherTarget, 1)];
        if (setup.HasForeignLun)
        {
            _foreign = _host.Array.Add("foreign", Target, 90);
            _host.Array.Change(_foreign, now => now with { AccessGroupNames = ["this-host"] });
            var session = _host.AddSession(Target, Portals[0]);
            _host.AddDisk(session, 90, _foreign);
            _foreignSessions.Add(session.Id);
        }

        _host.Array.OnCall = call =>
        {
            if (call.StartsWith("withdraw", StringComparison.Ordinal))
            {
                LookAtWithdrawal(_elements.Single(element => element.Name == call.Split(' ')[1]));
            }
        };
    }

    public static async Task PlayAsync(HistorySetup setup, IEnumerable<HistoryStep> steps)
    {
        await using var history = new History(setup);
        try
        {
            foreach (var step in steps)
            {
                history._log.Add(step.ToString());
                await history.DoAsync(step);
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
        foreach (var element in _elements.Where(element => step.Verb != Verb.Detach && _host.Array.Now(element).AccessGroupNames.Count == 0))
        {
            // What somebody's withdrawal left behind is there whether attaching succeeds or not; and what leads to it only since another's was withdrawn.
            _leftBefore[element.Name] = [.. SysFile.Names(_host.Files.At("sys/block"), "sd*").Select(disk => ScsiDevice.OfDisk(_host.Roots, disk))
                .OfType<ScsiDevice>().Select(device => device.Folder)];
        }

        var heldBefore = _held.ToDictionary(wwid => wwid, GenuinePaths);
        switch (step.Verb)
        {
            case Verb.Attach:
                await RunAsync(step, (host, token) => AttachAsync(host, one, isUndisturbed: step.Fault == Fault.None, token));
                break;
            case Verb.Detach:
                await RunAsync(step, (host, token) => DetachAsync(host, one, token));
                break;
            case Verb.AttachBoth:
                await Task.WhenAll(
                    RunAsync(step, (host, token) => AttachAsync(host, one, isUndisturbed: false, token)),
                    RunAsync(step with { Fault = Fault.None }, (host, token) => AttachAsync(host, other, isUndisturbed: false, token)));
                break;
            case Verb.DetachOneAttachOther:
                await Task.WhenAll(
                    RunAsync(step, (host, token) => DetachAsync(host, one, token)),
                    RunAsync(step with { Fault = Fault.None }, (host, token) => AttachAsync(host, other, isUndisturbed: false, token)));
                break;
            case Verb.Resize:
                _host.Array.Change(one, now => now with { SizeBytes = now.SizeBytes + (1 << 20) });
                await RunAsync(step, (host, token) => new ElementResizer(host).RunAsync(_host.Array.Now(one), token));
                break;
            case Verb.ClearResidue:
                ExcuseEmptySessions();
                await RunAsync(step, ClearResidueAsync);
                break;
            case Verb.Hold:
                Hold(one, step.AtRunStep);
                break;
            case Verb.LetGo:
                LetGo();
                break;
            case Verb.GiveLunAway when one != other:
                _host.Array.GiveLunAway(_host.Array.Now(one), _host.Array.Now(other));
                break;
            case Verb.LogInByHand:
                LogInByHand(step.One == 0 ? OtherTarget : Target, Portals[step.Other % _setup.Portals]);
                break;
            case Verb.LoseArray or Verb.FindArray:
                _host.Array.IsGone = step.Verb == Verb.LoseArray;
                break;
            case Verb.MendPortals:
                MendPortals();
                break;
            case Verb.StartMultipathd when !_host.Open().Multipath.IsListening:
                _host.StartMultipathd();
                break;
            case Verb.LosePortal or Verb.LogOutByHand or Verb.StopMultipathd or Verb.Withdraw:
                Inject(step, step.Verb switch
                {
                    Verb.LosePortal => Fault.PortalLost,
                    Verb.LogOutByHand => Fault.SessionLoggedOut,
                    Verb.StopMultipathd => Fault.MultipathdStopped,
                    _ => Fault.ElementWithdrawn,
                });
                break;
        }

        await LookAsync(heldBefore);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

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
        Assert.Equal(element.Page83Id, device.Wwid);
        var behind = DeviceLink.KernelNameOf(_host.Roots, device.Path) is null
            ? []
            : device.Paths.Select(path => Path.GetFileName(path.Device)).Where(CanBeTold).Select(_host.IdentityBehind).ToList();
        if (isUndisturbed)
        {
            Assert.NotEmpty(behind);
            Assert.All(behind, identity => Assert.Equal(element.Page83Id, identity));
        }
        else
        {
            Assert.All(behind, identity => Assert.True(identity == element.Page83Id || identity == "nothing", $"{device.Path} leads to {identity}."));
        }
    }

    // Where a path is down, and the array tells nothing, nobody can know who will be there when it comes back.
    private bool CanBeTold(string disk) => ScsiDevice.OfDisk(_host.Roots, disk) is { } device && (!_setup.IsSilent || device.State is "running");

    private async Task DetachAsync(LinuxHost host, StorageElement element, CancellationToken token)
    {
        await new ElementDetacher(host, _host.Array, _ => { }).RunAsync(element, [], keepAccess: false, token);
    }

    private async Task ClearResidueAsync(LinuxHost host, CancellationToken token)
    {
        var audit = new StorageHost(host, _host.Files.At("state/host/residue"));
        foreach (var residue in await audit.FindResidueAsync([], _ => { }, token))
        {
            try
            {
                await audit.ClearResidueAsync(residue, [], token);
            }
            catch (StorageElementBusyException e)
            {
                Assert.NotEmpty(e.Message); // in use: it stays, and the others are for clearing all the same
            }
        }
    }
}
