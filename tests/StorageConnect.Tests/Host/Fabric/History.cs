using StorageConnect.Host;
using StorageConnect.Host.Storage;
using StorageConnect.Host.Sysfs;
using Xunit;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>Plays what happens on a host, and looks after each deed whether what must never happen did.</summary>
internal sealed partial class History : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private const string OtherTarget = "iqn.2026-01.lab.array:t2";
    private static readonly string[] Portals = ["10.99.0.1", "10.99.1.1"];
    private static readonly TimeSpan ForEver = TimeSpan.FromMinutes(1);

    // Short enough to see the end of each, far longer than anything here takes.
    private static readonly HostDeadlines Deadlines = SimulatedHost.Patient with
    {
        MultipathdReply = TimeSpan.FromSeconds(5),
        MapGone = TimeSpan.FromSeconds(5),
        SysfsWrite = TimeSpan.FromSeconds(5),
        DiskSettled = TimeSpan.FromSeconds(5),
        Flush = TimeSpan.FromSeconds(5),
        Lock = TimeSpan.FromSeconds(15),
    };

    private readonly SimulatedHost _host = new();
    private readonly Setting _setting;
    private readonly StorageElement[] _elements;
    private readonly StorageElement? _foreign;
    private readonly HashSet<int> _foreignSessions = [];
    private readonly HashSet<int> _loggedOutByHand = [];
    private readonly HashSet<string> _held = [];
    private readonly Dictionary<string, HashSet<string>> _leftBefore = [];
    private readonly List<string> _violations = [];
    private readonly List<string> _told = [];
    private bool _isTogether;

    private History(Setting setting)
    {
        _setting = setting;
        _host.HasFriendlyNames = setting.HasFriendlyNames;
        _host.Array.IsSilent = setting.IsSilent;
        _host.Array.Server = _host.Array.Server with { AccessContexts = [.. Portals[..setting.Portals].Select(portal => new AccessContext { Host = portal })] };
        _elements = [_host.Array.Add("one", Target, 5), _host.Array.Add("two", Target, 6), _host.Array.Add("three", OtherTarget, 1)];
        if (setting.HasForeignLun)
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

    public static async Task PlayAsync(Setting setting, IEnumerable<Deed> deeds)
    {
        await using var history = new History(setting);
        try
        {
            foreach (var deed in deeds)
            {
                history._told.Add(deed.ToString());
                await history.DoAsync(deed);
            }

            history._told.Add("Everything is repaired.");
            await history.EndWellAsync();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\nWhat happened up to then:\n{string.Join('\n', history._told)}\n{string.Join(' ', history._host.Traces())}", e);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task DoAsync(Deed deed)
    {
        var (one, other) = (_elements[deed.One], _elements[deed.Other]);
        _isTogether = deed.Verb is Verb.AttachBoth or Verb.DetachOneAttachOther;
        _leftBefore.Clear();
        foreach (var element in _elements.Where(element => deed.Verb != Verb.Detach && _host.Array.Now(element).AccessGroupNames.Count == 0))
        {
            // What somebody's withdrawal left behind is there whether attaching succeeds or not; and what leads to it only since another's was withdrawn.
            _leftBefore[element.Name] = [.. SysFile.Names(_host.Files.At("sys/block"), "sd*").Select(disk => ScsiDevice.OfDisk(_host.Roots, disk)).OfType<ScsiDevice>().Select(device => device.Folder)];
        }

        var heldBefore = _held.ToDictionary(wwid => wwid, GenuinePaths);
        switch (deed.Verb)
        {
            case Verb.Attach:
                await RunAsync(deed, (host, token) => AttachAsync(host, one, isUndisturbed: deed.Mishap == Mishap.None, token));
                break;
            case Verb.Detach:
                await RunAsync(deed, (host, token) => DetachAsync(host, one, token));
                break;
            case Verb.AttachBoth:
                await Task.WhenAll(
                    RunAsync(deed, (host, token) => AttachAsync(host, one, isUndisturbed: false, token)),
                    RunAsync(deed with { Mishap = Mishap.None }, (host, token) => AttachAsync(host, other, isUndisturbed: false, token)));
                break;
            case Verb.DetachOneAttachOther:
                await Task.WhenAll(
                    RunAsync(deed, (host, token) => DetachAsync(host, one, token)),
                    RunAsync(deed with { Mishap = Mishap.None }, (host, token) => AttachAsync(host, other, isUndisturbed: false, token)));
                break;
            case Verb.Resize:
                _host.Array.Change(one, now => now with { SizeBytes = now.SizeBytes + (1 << 20) });
                await RunAsync(deed, (host, token) => new Resizing(host).RunAsync(_host.Array.Now(one), token));
                break;
            case Verb.ClearResidue:
                ExcuseEmptySessions();
                await RunAsync(deed, ClearResidueAsync);
                break;
            case Verb.Hold:
                Hold(one, deed.Step);
                break;
            case Verb.LetGo:
                LetGo();
                break;
            case Verb.GiveLunAway when one != other:
                _host.Array.GiveLunAway(_host.Array.Now(one), _host.Array.Now(other));
                break;
            case Verb.LogInByHand:
                LogInByHand(deed.One == 0 ? OtherTarget : Target, Portals[deed.Other % _setting.Portals]);
                break;
            case Verb.LoseArray or Verb.FindArray:
                _host.Array.IsGone = deed.Verb == Verb.LoseArray;
                break;
            case Verb.MendPortals:
                MendPortals();
                break;
            case Verb.StartMultipathd when !_host.Open().Multipath.IsListening:
                _host.StartMultipathd();
                break;
            case Verb.LosePortal or Verb.LogOutByHand or Verb.StopMultipathd or Verb.Withdraw:
                Befall(deed, deed.Verb switch
                {
                    Verb.LosePortal => Mishap.PortalLost,
                    Verb.LogOutByHand => Mishap.SessionLoggedOut,
                    Verb.StopMultipathd => Mishap.MultipathdStopped,
                    _ => Mishap.ElementWithdrawn,
                });
                break;
        }

        await LookAsync(heldBefore);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A run of the product: it ends, and when it fails, with an error for people.</summary>
    private async Task RunAsync(Deed deed, Func<LinuxHost, CancellationToken, Task> run)
    {
        var steps = 0;
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        void Step()
        {
            var step = Interlocked.Increment(ref steps);
            if (deed.Mishap == Mishap.Killed && step >= deed.Step)
            {
                throw new Killed();
            }

            if (step == deed.Step)
            {
                if (deed.Mishap == Mishap.Cancelled)
                {
                    cancellation.Cancel();
                }
                else
                {
                    Befall(deed, deed.Mishap);
                }
            }
        }

        var running = run(_host.Open(Deadlines, onStep: _ => Step(), kernel: new InterruptibleKernel(_host, Step)), cancellation.Token);
        try
        {
            await running.WaitAsync(ForEver, CancellationToken.None);
        }
        catch (Killed)
        {
            Assert.Equal(Mishap.Killed, deed.Mishap);
        }
        catch (OperationCanceledException)
        {
            Assert.Equal(Mishap.Cancelled, deed.Mishap);
        }
        catch (StorageConnectException e)
        {
            Assert.NotEmpty(e.Message);
            Assert.NotEmpty(e.ErrorId);
            Assert.False(string.IsNullOrEmpty(e.Recommendation), $"{e.ErrorId}: {e.Message}");
            Tell($"    {e.ErrorId}: {e.Message}");
        }
    }

    private void Tell(string what)
    {
        lock (_told)
        {
            _told.Add(what);
        }
    }

    private async Task AttachAsync(LinuxHost host, StorageElement element, bool isUndisturbed, CancellationToken token)
    {
        var device = await new Attaching(host, _host.Array, _ => { }).RunAsync(element, [], token);
        Assert.True(device.Verified);
        Assert.Equal(element.Page83Id, device.Wwid);
        var behind = DeviceLink.KernelNameOf(_host.Roots, device.Path) is null ? [] : device.Paths.Select(path => Path.GetFileName(path.Device)).Where(CanBeTold).Select(_host.IdentityBehind).ToList();
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
    private bool CanBeTold(string disk) => ScsiDevice.OfDisk(_host.Roots, disk) is { } device && (!_setting.IsSilent || device.State is "running");

    private async Task DetachAsync(LinuxHost host, StorageElement element, CancellationToken token)
    {
        await new Detaching(host, _host.Array, _ => { }).RunAsync(element, [], keepAccess: false, token);
    }

    private async Task ClearResidueAsync(LinuxHost host, CancellationToken token)
    {
        var audit = new HostAudit(host, _host.Files.At("state/host/residue"));
        foreach (var residue in await audit.FindResidueAsync([], _ => { }, token))
        {
            try
            {
                await audit.ClearAsync(residue, [], token);
            }
            catch (StorageElementBusyException e)
            {
                Assert.NotEmpty(e.Message); // in use: it stays, and the others are for clearing all the same
            }
        }
    }
}
