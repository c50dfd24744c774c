using System.Runtime.ExceptionServices;
using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>
/// Allows and denies initiators after a change of access. It reads the records as they are now, so that changes of the same
/// element end the same in whatever order they get here; it touches the named initiators only, and lists no targets where it knows their
/// numbers. The caller holds the locks of the targets.
/// </summary>
internal sealed class AccessUpdater(IExportRecords records, DaemonConnection connection, TargetUpdater updater)
{
    private static readonly IReadOnlySet<string> None = new HashSet<string>();

    /// <summary>Brings access in line for elements. An error of one doesn't keep the others from being changed; the first is thrown.</summary>
    /// <param name="daemon">The daemon.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="elements">The elements.</param>
    /// <param name="initiators">The initiators whose access changed.</param>
    /// <param name="created">The element that had no target before and whose own lock the caller holds, or null.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The elements that are in line. Those that need a target, while another operation works on them, are missing.</returns>
    public IReadOnlySet<string> Update(
        ITargetDaemon daemon,
        ExportSettings settings,
        IReadOnlyCollection<string> elements,
        IReadOnlyCollection<string> initiators,
        string? created,
        CancellationToken cancellationToken)
    {
        var wanted = updater.GetWanted(settings, elements);
        var done = new HashSet<string>(StringComparer.Ordinal);
        Exception? first = null;
        foreach (var element in elements)
        {
            try
            {
                if (Update(daemon, settings, element, wanted.GetValueOrDefault(element), initiators, element == created, cancellationToken))
                {
                    done.Add(element);
                }
            }
            catch (StorageConnectException e)
            {
                first ??= e;
            }
        }

        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        return done;
    }

    private bool Update(
        ITargetDaemon daemon,
        ExportSettings settings,
        string element,
        TargetSpec? wanted,
        IReadOnlyCollection<string> initiators,
        bool created,
        CancellationToken cancellationToken)
    {
        if (created)
        {
            return wanted is null || updater.TryCreate(daemon, wanted, cancellationToken)
                || UpdateWhole(daemon, settings, element, owned: true, cancellationToken);
        }

        try
        {
            switch (connection.Find(daemon, settings, element, cancellationToken), wanted)
            {
                case (null, null):
                    return true;
                case (null, _):
                    return CreateIfFree(daemon, settings, element, cancellationToken);
                case ({ } target, null):
                    Remove(daemon, settings, element, target, initiators, cancellationToken);
                    return true;
                case ({ } target, { } spec):
                    Change(daemon, target, spec, initiators, cancellationToken);
                    return true;
            }
        }
        catch (ArrayUnreachableException e) when (e.ErrorId == TargetDaemonErrors.TargetMissing)
        {
            connection.Remove(element);
            return CreateIfFree(daemon, settings, element, cancellationToken);
        }
    }

    private static void Change(
        ITargetDaemon daemon,
        TargetState target,
        TargetSpec wanted,
        IReadOnlyCollection<string> initiators,
        CancellationToken cancellationToken)
    {
        var denied = initiators.Except(wanted.Initiators, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        foreach (var initiator in denied)
        {
            daemon.Deny(target, initiator, cancellationToken);
        }

        if (denied.Count > 0)
        {
            foreach (var session in daemon.GetSessions(target, cancellationToken).Where(session => denied.Contains(session.Initiator)))
            {
                daemon.EndSession(target, session, cancellationToken);
            }
        }

        foreach (var initiator in initiators.Intersect(wanted.Initiators, StringComparer.Ordinal))
        {
            daemon.Allow(target, initiator, cancellationToken);
        }
    }

    private void Remove(
        ITargetDaemon daemon,
        ExportSettings settings,
        string element,
        TargetState target,
        IReadOnlyCollection<string> initiators,
        CancellationToken cancellationToken)
    {
        foreach (var initiator in initiators)
        {
            daemon.Deny(target, initiator, cancellationToken);
        }

        if (daemon.GetSessions(target, cancellationToken) is { Count: 0 })
        {
            daemon.Remove(target, cancellationToken);
            connection.Remove(element);
        }
        else
        {
            // An initiator is logged in, possibly by an entry of the access list that isn't ours: that needs the whole state of the target.
            UpdateWhole(daemon, settings, element, owned: false, cancellationToken);
        }
    }

    private bool CreateIfFree(ITargetDaemon daemon, ExportSettings settings, string element, CancellationToken cancellationToken)
    {
        using var held = records.Locks.TakeFree([element], out var free);
        return UpdateWhole(daemon, settings, element, owned: free.Count > 0, cancellationToken) && free.Count > 0;
    }

    private bool UpdateWhole(ITargetDaemon daemon, ExportSettings settings, string element, bool owned, CancellationToken cancellationToken)
    {
        var failures = updater.Update(daemon, settings, [element], owned ? new HashSet<string> { element } : None, None, cancellationToken);
        if (failures.Count > 0)
        {
            ExceptionDispatchInfo.Throw(failures[element]);
        }

        return true;
    }
}
