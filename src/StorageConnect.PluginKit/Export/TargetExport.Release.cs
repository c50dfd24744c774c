using System.Data.Common;
using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <content>Elements that are taken from the daemon while their storage changes.</content>
public sealed partial class TargetExport
{
    /// <summary>Removes elements from the daemon, so that their storage can be changed; disposing of the result exports them again.</summary>
    /// <param name="elements">The elements' Uuids and names; the caller holds their locks.</param>
    /// <param name="evenInUse">False: it is an error when an initiator is logged in to one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when none of them is exported.</returns>
    /// <exception cref="StorageElementBusyException">Initiators use one of them; the message names them.</exception>
    public IDisposable? Release(IReadOnlyList<(string Uuid, string Name)> elements, bool evenInUse, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(elements);
        if (elements.Count == 0 || Ready(required: false, cancellationToken) is not var (settings, daemon))
        {
            return null;
        }

        Released? released = null;
        try
        {
            using var held = _records.Locks.TakeTargets(elements, cancellationToken);
            var exported = new List<(string Element, TargetState Target)>();
            foreach (var (uuid, name) in elements)
            {
                if (_connection.Find(daemon, settings, uuid, cancellationToken) is not { } target)
                {
                    continue;
                }

                if (!evenInUse && daemon.GetSessions(target, cancellationToken) is { Count: > 0 } sessions)
                {
                    throw InUse(name, sessions);
                }

                exported.Add((uuid, target));
            }

            if (exported.Count == 0)
            {
                return null;
            }

            released = new Released(this, _records.SaveMarks([.. exported.Select(element => element.Element)], cancellationToken));
            exported.ForEach(element => daemon.RemoveUnit(element.Target, UnitSpec.Number, cancellationToken));
            return released;
        }
        catch
        {
            // The lock of the targets is free again by now, which the new export needs.
            released?.Dispose();
            throw;
        }
    }

    /// <summary>Makes the checks of <see cref="Release"/> for an element without removing it.</summary>
    /// <param name="element">The element's Uuid.</param>
    /// <param name="name">Its name, for the error.</param>
    /// <param name="evenInUse">False: it is an error when an initiator is logged in.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True when it is exported, so that the daemon has its storage open.</returns>
    /// <exception cref="StorageElementBusyException">Initiators use it; the message names them.</exception>
    public bool CheckRelease(string element, string name, bool evenInUse, CancellationToken cancellationToken)
    {
        if (GetSessions(element, cancellationToken) is not { } sessions)
        {
            return false;
        }

        return evenInUse || sessions.Count == 0 ? true : throw InUse(name, sessions);
    }

    private static StorageElementBusyException InUse(string element, IReadOnlyList<SessionState> sessions) =>
        new($"'{element}' is in use by {string.Join(", ", sessions)}.")
        {
            ErrorId = "StorageElementInUse",
            Element = element,
            Retryable = true,
            Recommendation = "Log these initiators out (Disconnect-OscStorageElement on their hosts), then try again.",
        };

    private sealed class Released(TargetExport export, IReadOnlyList<ExportMark> marks) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                export.Follow(marks, CancellationToken.None);
            }
            catch (Exception e) when (e is StorageConnectException or DbException or IOException)
            {
                // Must not hide the error of the change itself. The marks stay: the next use exports the elements again.
            }
        }
    }
}
