using System.Globalization;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>What others do to the host: the network, administrators, programs that use a device.</summary>
internal sealed partial class History
{
    /// <summary>What others do.</summary>
    private void Inject(HistoryStep step, Fault fault)
    {
        switch (fault)
        {
            case Fault.PortalLost:
                var portal = Portals[step.Other % _setup.Portals];
                _host.DeadPortals.Add(portal);
                _host.Sessions().Where(session => session.Portal.Address == portal).ToList().ForEach(_host.Break);
                break;
            case Fault.SessionLoggedOut:
                LogOutByHand(step.Other);
                break;
            case Fault.MultipathdStopped:
                _host.StopMultipathdAsync().GetAwaiter().GetResult();
                break;
            case Fault.ElementWithdrawn:
                _host.Array.Change(_elements[step.Other], now => now with { AccessGroupNames = [] });
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
            // Where a run was killed at its login, and its record is there, nobody can tell that login's session from this one.
            var session = _host.AddSession(target, portal);
            if (!_host.Open().Ledger.Sessions.Any(owned => owned.IsServedBy(session, _host.Roots)))
            {
                _foreignSessions.Add(session.Id);
            }
        }
    }

    /// <summary>As iscsiadm does it: whoever uses the disks. Not the session of the foreign map, which is there to be looked at to the end.</summary>
    private void LogOutByHand(int which)
    {
        lock (_loggedOutByHand)
        {
            var sessions = _host.Sessions().Where(session => _foreign is null
                || ScsiDevice.Of(_host.Roots, session).All(device => device.ReadIdentity() != _foreign.Page83Id)).ToList();
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
        _foreignSessions.RemoveWhere(id => _host.Sessions()
            .Any(session => session.Id == id && !ScsiDevice.Of(_host.Roots, session).Any(device => device.HoldsData)));

    private void Hold(StorageElement element, int how)
    {
        if (MultipathMaps.Find(_host.Roots, element.Page83Id) is { } map && _held.Add(element.Page83Id))
        {
            _host.OpenMaps.Add(element.Page83Id);
            switch (how % 4)
            {
                case 0:
                    _host.Files.Append("proc/self/mountinfo", $"36 27 {map.DeviceNumber} / /srv rw - xfs /dev/mapper/{map.Name} rw\n");
                    break;
                case 1:
                    var process = string.Create(CultureInfo.InvariantCulture, $"proc/{4711 + _held.Count}");
                    _host.Files.Write($"{process}/comm", "postgres\n");
                    Directory.CreateDirectory(_host.Files.At($"{process}/fd"));
                    _host.Files.Link($"{process}/exe", "/usr/bin/postgres");
                    _host.Files.Link($"{process}/fd/7", $"/dev/{map.KernelName}");
                    break;
                case 2:
                    _host.HiddenClaims.Add(map.KernelName); // a mount in a container
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
        _host.HiddenClaims.Clear();
        _host.Files.Write("proc/self/mountinfo", "27 1 259:1 / / rw,relatime shared:1 - ext4 /dev/vda rw\n");
        foreach (var process in Directory.GetDirectories(_host.Files.At("proc"), "47*"))
        {
            Directory.Delete(process, recursive: true);
        }
    }
}
