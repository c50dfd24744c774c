using System.Globalization;
using StorageConnect.Host;
using StorageConnect.Host.Storage;
using StorageConnect.Host.Sysfs;
using Xunit;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>Plays what happens on a host, and looks after each deed whether what must never happen did.</summary>
internal sealed class History : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private const string OtherTarget = "iqn.2026-01.lab.array:t2";
    private static readonly string[] Portals = ["10.99.0.1", "10.99.1.1"];
    private static readonly TimeSpan ForEver = TimeSpan.FromSeconds(30);

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

    /// <summary>What others do.</summary>
    private void Befall(Deed deed, Mishap mishap)
    {
        switch (mishap)
        {
            case Mishap.PortalLost:
                var portal = Portals[deed.Other % _setting.Portals];
                _host.DeadPortals.Add(portal);
                _host.Sessions().Where(session => session.Portal.Address == portal).ToList().ForEach(_host.Break);
                break;
            case Mishap.SessionLoggedOut:
                LogOutByHand(deed.Other);
                break;
            case Mishap.MultipathdStopped:
                _host.StopMultipathdAsync().GetAwaiter().GetResult();
                break;
            case Mishap.ElementWithdrawn:
                _host.Array.Change(_elements[deed.Other], now => now with { AccessGroupNames = [] });
                break;
        }
    }

    private void MendPortals()
    {
        _host.DeadPortals.Clear();
        _host.Sessions().Where(session => !session.IsLoggedIn).ToList().ForEach(_host.Mend);
    }

    private void LogInByHand(string target, string portal)
    {
        if (!_host.DeadPortals.Contains(portal) && !_host.Sessions().Any(session => session.TargetName == target && session.Portal.Address == portal))
        {
            _foreignSessions.Add(_host.AddSession(target, portal).Id);
        }
    }

    /// <summary>As iscsiadm does it: whoever uses the disks. Not the session of the foreign map, which is there to be looked at to the end.</summary>
    private void LogOutByHand(int which)
    {
        lock (_loggedOutByHand)
        {
            var sessions = _host.Sessions().Where(session => _foreign is null || ScsiDevice.Of(_host.Roots, session).All(device => device.ReadIdentity() != _foreign.Page83Id)).ToList();
            if (sessions.Count > 0)
            {
                var session = sessions[which % sessions.Count];
                _loggedOutByHand.Add(session.Id);
                _foreignSessions.Remove(session.Id);
                _host.RemoveSession(session.Id);
            }
        }
    }

    // They are residue, whoever made them, and for clearing when a user says so.
    private void ExcuseEmptySessions() =>
        _foreignSessions.RemoveWhere(id => _host.Sessions().Any(session => session.Id == id && !ScsiDevice.Of(_host.Roots, session).Any(device => device.HoldsData)));

    private void Hold(StorageElement element, int how)
    {
        if (DmDevice.FindMap(_host.Roots, element.Page83Id) is { } map && _held.Add(element.Page83Id))
        {
            _host.OpenMaps.Add(element.Page83Id);
            switch (how % 3)
            {
                case 0:
                    _host.Files.Append("proc/self/mountinfo", $"36 27 {map.DeviceNumber} / /srv rw - xfs /dev/mapper/{map.Name} rw\n");
                    break;
                case 1:
                    var process = string.Create(CultureInfo.InvariantCulture, $"proc/{4711 + _held.Count}");
                    _host.Files.Write($"{process}/comm", "postgres\n");
                    Directory.CreateDirectory(_host.Files.At($"{process}/fd"));
                    _host.Files.Link($"{process}/fd/7", $"/dev/{map.KernelName}");
                    break;
                default:
                    break; // by a process that isn't seen from here
            }
        }
    }

    private void LetGo()
    {
        _held.Clear();
        _host.OpenMaps.Clear();
        _host.Files.Write("proc/self/mountinfo", "27 1 259:1 / / rw,relatime shared:1 - ext4 /dev/vda rw\n");
        foreach (var process in Directory.GetDirectories(_host.Files.At("proc"), "47*"))
        {
            Directory.Delete(process, recursive: true);
        }
    }

    /// <summary>The array is asked to withdraw an element: by then this host must have let go of it.</summary>
    private void LookAtWithdrawal(StorageElement element)
    {
        lock (_leftBefore)
        {
            var left = DisksOf(element.Page83Id).Except(_leftBefore.GetValueOrDefault(element.Name) ?? []).ToList();
            if (_setting.IsSilent && _isTogether)
            {
                return; // the other run looks behind all LUN numbers, and takes away again what isn't its own
            }

            if (left.Count > 0 || (DmDevice.FindMap(_host.Roots, element.Page83Id) is not null && !_leftBefore.ContainsKey(element.Name)))
            {
                _violations.Add($"'{element.Name}' is withdrawn while this host has {string.Join(", ", left)} and the map {DmDevice.FindMap(_host.Roots, element.Page83Id)?.Name}.");
            }
        }
    }

    /// <summary>A device's disks by what they were made for, each with its place on the bus.</summary>
    private IEnumerable<string> DisksOf(string wwid) =>
        ScsiDisk.FindAll(_host.Roots, wwid).Select(disk => ScsiDevice.OfDisk(_host.Roots, disk)).OfType<ScsiDevice>().Select(device => device.Folder);

    /// <summary>The paths of a map that lead to its element.</summary>
    private List<string> GenuinePaths(string wwid) => DmDevice.FindMap(_host.Roots, wwid) is not { } map ? [] :
    [
        .. map.Slaves(_host.Roots)
            .Where(disk => _host.IdentityBehind(disk) == wwid)
            .Select(disk => ScsiDevice.OfDisk(_host.Roots, disk))
            .OfType<ScsiDevice>()
            .Select(device => device.Folder)
    ];

    /// <summary>What must hold whatever happened.</summary>
    private async Task LookAsync(Dictionary<string, List<string>> heldBefore)
    {
        Assert.True(_violations.Count == 0, string.Join('\n', _violations));
        foreach (var wwid in _held)
        {
            Assert.NotNull(DmDevice.FindMap(_host.Roots, wwid));
            var lost = heldBefore.GetValueOrDefault(wwid, []).Except(GenuinePaths(wwid)).Where(folder => !WasLoggedOutByHand(folder) && _host.IdentityAt(folder) == wwid);
            Assert.Empty(lost);
        }

        Assert.Empty(_foreignSessions.Except(_host.Sessions().Select(session => session.Id)));
        if (_foreign is not null)
        {
            Assert.Single(DisksOf(_foreign.Page83Id));
            Assert.Single(DmDevice.FindMap(_host.Roots, _foreign.Page83Id)!.Slaves(_host.Roots));
        }

        // Of a path that is down nobody can tell who will be behind it.
        foreach (var device in (await new DeviceReader(_host.Open(Deadlines)).ReadAllAsync(Token)).Where(device => device.Verified))
        {
            var disks = device.Paths.Select(path => Path.GetFileName(path.Device)).Where(disk => ScsiDevice.OfDisk(_host.Roots, disk)?.State is "running");
            Assert.All(disks, disk => Assert.Equal(device.Wwid, _host.IdentityBehind(disk)));
        }
    }

    private bool WasLoggedOutByHand(string folder) => _loggedOutByHand.Any(id => folder.Contains($"/session{id}/", StringComparison.Ordinal));

    /// <summary>Everything is repaired, and nobody holds anything: then each element comes whole, and goes without a trace.</summary>
    private async Task EndWellAsync()
    {
        LetGo();
        _host.Array.IsGone = false;
        MendPortals();
        if (!_host.Open().Multipath.IsListening)
        {
            _host.StartMultipathd();
        }

        var host = _host.Open(Deadlines);
        foreach (var element in _elements)
        {
            await AttachAsync(host, element, isUndisturbed: true, Token);
            var device = (await new DeviceReader(host).ReadAllAsync(Token)).Single(device => device.Wwid == element.Page83Id);
            Assert.Equal(_setting.Portals, device.Paths.Count);
            Assert.True(device.Verified);
        }

        await LookAsync([]);
        _leftBefore.Clear();
        _isTogether = false;
        foreach (var element in _elements)
        {
            await DetachAsync(host, element, Token);
            Assert.Empty(_host.Array.Now(element).AccessGroupNames);
        }

        await LookAsync([]);
        Assert.DoesNotContain(_host.Traces(), trace => !IsForeign(trace));
    }

    private bool IsForeign(string trace)
    {
        if (_foreignSessions.Any(id => trace == $"session{id}" || trace == $"connection{id}:0"))
        {
            return true;
        }

        return _foreign is not null
            && (trace.Contains(_foreign.Page83Id, StringComparison.Ordinal)
                || (DmDevice.FindMap(_host.Roots, _foreign.Page83Id) is { } map && (trace == map.Name || trace == map.KernelName || map.Slaves(_host.Roots).Contains(trace))));
    }
}
