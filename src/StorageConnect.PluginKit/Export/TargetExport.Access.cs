using static StorageConnect.PluginKit.Targets.TargetDaemonErrors;

namespace StorageConnect.PluginKit.Export;

/// <content>Changes of access: initiators that are allowed and denied.</content>
public sealed partial class TargetExport
{
    /// <summary>
    /// Takes the locks that a change of one element's access needs, before it is committed, so that the change is refused and not half done
    /// while they can't be had. Pass the result to <see cref="FollowAccess"/> after the commit, and dispose of it.
    /// </summary>
    /// <param name="element">The element's Uuid.</param>
    /// <param name="name">Its name, for the error.</param>
    /// <param name="isNew">The element is not presented yet: it needs a target, and no operation may hold the element.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The locks; null when the array isn't exported.</returns>
    /// <exception cref="StorageElementBusyException">Another process holds the element, or its target.</exception>
    public AccessLock? LockAccess(string element, string name, bool isNew, CancellationToken cancellationToken)
    {
        if (_records.ReadSettings() is null)
        {
            return null;
        }

        var held = isNew ? _records.Locks.Take([(element, name)], cancellationToken) : null;
        try
        {
            var target = _records.Locks.TakeTargets([(element, name)], cancellationToken);
            _changing[element] = true;
            return new(isNew ? element : null, held, target, () => _changing.TryRemove(element, out _));
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Allows and denies initiators after the commit that changed access.</summary>
    /// <param name="marks">The marks that were committed with the change.</param>
    /// <param name="initiators">The initiators whose access changed.</param>
    /// <param name="locks">The locks of the one marked element; null: they are taken here.</param>
    /// <param name="cancellationToken">Ends the call; the marks stay then, and the next use of the array finishes the change.</param>
    /// <exception cref="StorageElementBusyException">
    /// The change is committed, but an initiator may still use an element, because another process holds its target. (One that is to be
    /// allowed is allowed later without an error.)
    /// </exception>
    public void FollowAccess(IReadOnlyList<ExportMark> marks, IReadOnlyCollection<string> initiators, AccessLock? locks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(marks);
        ArgumentNullException.ThrowIfNull(initiators);
        if (marks.Count == 0)
        {
            return;
        }

        FollowCommitted(
            (settings, daemon) =>
            {
                var elements = marks.Select(mark => mark.Element).ToHashSet(StringComparer.Ordinal);
                var locked = elements;
                using var held = locks is null ? _records.Locks.TakeTargets(elements, _records.Locks.FollowTimeout, out locked, cancellationToken) : null;
                var done = _access.Update(daemon, settings, locked, initiators, locks?.Created, cancellationToken);
                _records.RemoveMarks([.. marks.Where(mark => done.Contains(mark.Element))]);
                RequireWithdrawn(settings, [.. elements.Except(locked)], initiators);
            },
            cancellationToken);
    }

    /// <summary>An initiator that may still use an element it was removed from is an error; one that is allowed a little later isn't.</summary>
    private void RequireWithdrawn(ExportSettings settings, IReadOnlyList<string> elements, IReadOnlyCollection<string> initiators)
    {
        var wanted = _updater.GetWanted(settings, elements);
        var open = elements.Select(
            element =>
                (Element: element, Initiators: initiators.Except(wanted.GetValueOrDefault(element)?.Initiators ?? []).ToList())).Where(row =>
                    row.Initiators.Count > 0).ToList();
        if (open.Count > 0)
        {
            var names = open.ConvertAll(row => _records.NameOf(row.Element));
            throw new StorageElementBusyException(
                $"The change is recorded, but {string.Join(", ", open[0].Initiators)} may still use '{string.Join("', '", names)}': "
                + "another process is at work on it.")
            {
                ErrorId = NotWithdrawn,
                Element = names[0],
                Retryable = true,
                Recommendation = "The next use of the server withdraws the access, once the other process has ended its work. If that process hangs, end it.",
            };
        }
    }
}
