using CsCheck;
using StorageConnect.Host.Attaching;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using Xunit;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>What such a history begins with.</summary>
/// <param name="OwnLogin">The plug-in logs in in its own way.</param>
/// <param name="PerVolume">Targets are named after the volume, and not after the place.</param>
/// <param name="HasFriendlyNames">Maps are named mpatha and so on.</param>
internal sealed record PresentationSetup(bool OwnLogin, bool PerVolume, bool HasFriendlyNames)
{
    public static Gen<PresentationSetup> Any { get; } = Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool)
        .Select((ownLogin, perVolume, friendly) => new PresentationSetup(ownLogin, perVolume, friendly));
}

/// <summary>
/// Histories of an array whose identities belong to presentations: whoever withdraws and presents what, the device that is handed over leads to its own
/// element, the array withdraws nothing that this host still has, and in the end nothing is left.
/// </summary>
internal sealed class PresentationHistory : IAsyncDisposable
{
    private readonly SimulatedHost _host = new();
    private readonly StorageElement[] _elements;
    private readonly List<string> _violations = [];
    private readonly List<string> _log = [];

    /// <summary>While two runs go on at once: devices of others that were there before, for each element that may be taken back.</summary>
    private Dictionary<string, List<string>> _ofOthers = [];

    private PresentationHistory(PresentationSetup setup)
    {
        _host.HasFriendlyNames = setup.HasFriendlyNames;
        _host.Array.HasPresentationIdentities = true;
        if (setup.PerVolume)
        {
            _host.Array.TargetOfPlace = (_, element) => $"iqn.2026-01.lab.array:volume-{element.Uuid}";
        }

        if (setup.OwnLogin)
        {
            _host.Array.OwnLogin = _host.LogInTo;
        }

        _elements = [_host.Array.Add("one", "", 0), _host.Array.Add("two", "", 0), _host.Array.Add("three", "", 0)];
        _host.Array.OnCall = call =>
        {
            var left = call.StartsWith("withdraw", StringComparison.Ordinal) ? DisksOf(call.Split(' ')[1]).ToList() : [];
            // The other run has them claimed and removes them, or somebody holds them: a rollback doesn't wait for that.
            left.RemoveAll(_ofOthers.GetValueOrDefault(call.Split(' ').ElementAtOrDefault(1) ?? "", []).Contains);

            if (left.Count > 0)
            {
                _violations.Add($"{call}, while this host has {string.Join(", ", left)}.");
            }
        };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task PlayAsync(PresentationSetup setup, IEnumerable<HistoryStep> steps)
    {
        await using var history = new PresentationHistory(setup);
        try
        {
            foreach (var step in steps)
            {
                history._log.Add(step.ToString());
                await history.DoAsync(step);
                Assert.True(history._violations.Count == 0, string.Join('\n', history._violations));
                history.LookAtMaps();
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

    private IEnumerable<string> Devices() => _host.Sessions().SelectMany(session => ScsiDevice.Of(_host.Roots, session)).Select(device => device.Folder);

    private async Task DoAsync(HistoryStep step)
    {
        var (one, other) = (_elements[step.One], _elements[step.Other]);
        switch (step.Verb)
        {
            case Verb.Attach:
                await RunAsync(step, (host, token) => AttachAsync(host, one, isUndisturbed: step.Fault is Fault.None, token));
                break;
            case Verb.Detach:
                await RunAsync(step, (host, token) => DetachAsync(host, one, token));
                break;
            case Verb.AttachBoth when one != other:
                _ofOthers = new[] { one.Name, other.Name }.ToDictionary(name => name, name => Devices().Except(DisksOf(name)).ToList());
                await Task.WhenAll(
                    RunAsync(step, (host, token) => AttachAsync(host, one, isUndisturbed: false, token)),
                    RunAsync(step with { Fault = Fault.None }, (host, token) => AttachAsync(host, other, isUndisturbed: false, token)));
                _ofOthers = [];
                break;
            case Verb.DetachOneAttachOther when one != other:
                _ofOthers = new() { [other.Name] = [.. Devices()] };
                await Task.WhenAll(
                    RunAsync(step, (host, token) => DetachAsync(host, one, token)),
                    RunAsync(step with { Fault = Fault.None }, (host, token) => AttachAsync(host, other, isUndisturbed: false, token)));
                _ofOthers = [];
                break;
            case Verb.Withdraw:
                Withdraw(one);
                break;
            case Verb.GiveLunAway when one != other:
                Withdraw(one);
                _host.Array.Change(other, now => now with { AccessGroupNames = ["this-host"] });
                break;
            case Verb.Hold:
                MultipathMaps.ReadAll(_host.Roots).Skip(step.One).Take(1).ToList().ForEach(map => _host.OpenMaps.Add(map.Wwid));
                break;
            case Verb.LetGo:
                _host.OpenMaps.Clear();
                break;
            case Verb.LosePortal or Verb.LogOutByHand or Verb.StopMultipathd:
                Inject(step, step.Verb switch
                {
                    Verb.LosePortal => Fault.PortalLost,
                    Verb.LogOutByHand => Fault.SessionLoggedOut,
                    _ => Fault.MultipathdStopped,
                });
                break;
            case Verb.MendPortals:
                MendPortals();
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
        Assert.Equal(element.Uuid, device.StorageElementUuid);
        var behind = device.Paths.Select(path => Path.GetFileName(path.Device)).Where(disk => ScsiDevice.OfDisk(_host.Roots, disk)?.State is "running")
            .Select(_host.IdentityBehind).ToList();
        if (isUndisturbed)
        {
            Assert.NotEmpty(behind);
        }

        Assert.All(behind, name => Assert.True(name == element.Name || (name == "nothing" && !isUndisturbed), $"{device.Path} leads to {name}."));
    }

    private async Task DetachAsync(LinuxHost host, StorageElement element, CancellationToken token) =>
        await new ElementDetacher(host, _host.Array, _ => { }).RunAsync(element, [], keepAccess: false, token);

    /// <summary>No map has paths to two elements.</summary>
    private void LookAtMaps()
    {
        foreach (var map in MultipathMaps.ReadAll(_host.Roots))
        {
            var behind = map.Slaves(_host.Roots).Select(_host.IdentityBehind).Where(name => name != "nothing").Distinct().ToList();
            Assert.True(behind.Count <= 1, $"{map.Name} leads to {string.Join(" and ", behind)}.");
        }
    }

    private void Inject(HistoryStep step, Fault fault)
    {
        switch (fault)
        {
            case Fault.PortalLost:
                var portal = _host.Array.Server.AccessContexts[step.Other % 2].Host;
                _host.DeadPortals.Add(portal);
                _host.Sessions().Where(session => session.Portal.Address == portal).ToList().ForEach(_host.Break);
                break;
            case Fault.SessionLoggedOut when _host.Sessions() is [_, ..] sessions:
                _host.RemoveSession(sessions[step.Other % sessions.Count].Id);
                break;
            case Fault.MultipathdStopped:
                _host.StopMultipathdAsync().GetAwaiter().GetResult();
                break;
            case Fault.ElementWithdrawn:
                Withdraw(_elements[step.Other]);
                break;
        }
    }

    private void MendPortals()
    {
        _host.DeadPortals.Clear();
        _host.Sessions().Where(session => !session.IsLoggedIn).ToList().ForEach(_host.Mend);
    }

    private void Withdraw(StorageElement element) => _host.Array.Change(element, now => now with { AccessGroupNames = [] });

    /// <summary>The disks at the places where the array presents an element now.</summary>
    private IEnumerable<string> DisksOf(string name) =>
        from element in _elements
        where element.Name == name
        from place in _host.Array.Now(element).LunAddresses
        from session in _host.Sessions()
        where session.TargetName == place.TargetName
        from device in ScsiDevice.Of(_host.Roots, session)
        where device.Lun == place.Lun
        select device.Folder;

    private async Task EndWellAsync()
    {
        _host.OpenMaps.Clear();
        _host.Array.IsGone = false;
        MendPortals();
        if (!_host.Open().Multipath.IsListening)
        {
            _host.StartMultipathd();
        }

        var host = _host.Open(HistoryRun.Deadlines);
        foreach (var element in _elements)
        {
            await AttachAsync(host, element, isUndisturbed: true, Token);
            var device = (await new DeviceReader(host).ReadAllAsync(Token)).Single(device => device.StorageElementUuid == element.Uuid);
            Assert.Equal((2, true), (device.Paths.Count, device.Verified));
            LookAtMaps();
        }

        foreach (var element in _elements)
        {
            await DetachAsync(host, element, Token);
            Assert.Empty(_host.Array.Now(element).AccessGroupNames);
        }

        Assert.True(_violations.Count == 0, string.Join('\n', _violations));
        Assert.Empty(_host.Traces());
        Assert.Empty(_host.Sessions());
    }
}
