using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using Xunit;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>What must hold after each step, and in the end.</summary>
internal sealed partial class History
{
    /// <summary>The array is asked to withdraw an element: by then this host must have let go of it.</summary>
    private void LookAtWithdrawal(StorageElement element)
    {
        lock (_leftBefore)
        {
            var left = DisksOf(element.Page83Id).Except(_leftBefore.GetValueOrDefault(element.Name) ?? []).ToList();
            if (_setup.IsSilent && _isTogether)
            {
                return; // the other run looks behind all LUN numbers, and takes away again what isn't its own
            }

            if (left.Count > 0 || (MultipathMaps.Find(_host.Roots, element.Page83Id) is not null && !_leftBefore.ContainsKey(element.Name)))
            {
                _violations.Add(
                    $"'{element.Name}' is withdrawn while this host has {string.Join(", ", left)} " +
                    $"and the map {MultipathMaps.Find(_host.Roots, element.Page83Id)?.Name}.");
            }
        }
    }

    /// <summary>A device's disks by what they were made for, each with its place on the bus.</summary>
    private IEnumerable<string> DisksOf(string wwid) =>
        ScsiDisk.FindAll(_host.Roots, wwid).Select(disk => ScsiDevice.OfDisk(_host.Roots, disk)).OfType<ScsiDevice>().Select(device => device.Folder);

    /// <summary>The paths of a map that lead to its element.</summary>
    private List<string> GenuinePaths(string wwid) => MultipathMaps.Find(_host.Roots, wwid) is not { } map ? [] :
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
            Assert.NotNull(MultipathMaps.Find(_host.Roots, wwid));
            var lost = heldBefore.GetValueOrDefault(wwid, []).Except(GenuinePaths(wwid))
                .Where(folder => !WasLoggedOutByHand(folder) && _host.IdentityAt(folder) == wwid);
            Assert.Empty(lost);
        }


        // What attaching logs in, it knows: else nobody would log it out.
        Assert.All(
            _host.Sessions().Where(session => !_foreignSessions.Contains(session.Id)),
            session => Assert.Contains(_host.Open().Ledger.Sessions, made => made.IsServedBy(session, _host.Roots)));
        Assert.Empty(_foreignSessions.Except(_host.Sessions().Select(session => session.Id)));
        if (_foreign is not null)
        {
            Assert.Single(DisksOf(_foreign.Page83Id));
            Assert.Single(MultipathMaps.Find(_host.Roots, _foreign.Page83Id)!.Slaves(_host.Roots));
        }

        // Of a path that is down nobody can tell who will be behind it.
        foreach (var device in (await new DeviceReader(_host.Open(HistoryRun.Deadlines)).ReadAllAsync(Token)).Where(device => device.Verified))
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

        var host = _host.Open(HistoryRun.Deadlines);
        foreach (var element in _elements)
        {
            await AttachAsync(host, element, isUndisturbed: true, Token);
            var device = (await new DeviceReader(host).ReadAllAsync(Token)).Single(device => device.Wwid == element.Page83Id);
            Assert.Equal(_setup.Portals, device.Paths.Count);
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
                || (MultipathMaps.Find(_host.Roots, _foreign.Page83Id) is { } map
                    && (trace == map.Name || trace == map.KernelName || map.Slaves(_host.Roots).Contains(trace))));
    }
}
