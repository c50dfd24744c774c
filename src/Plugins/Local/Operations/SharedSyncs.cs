using Microsoft.Win32.SafeHandles;
using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>
/// Makes new files and their names durable: the files first, then the folders. Requests that arrive during a sync wait, and then share the sync of
/// each folder. The sync of the first file writes the file system's log for all earlier ones, so the others are cheap.
/// </summary>
internal sealed class SharedSyncs
{
    private const int Most = 256;
    private readonly Batches<Request> _requests = new(Most, Sync);

    /// <summary>Syncs files, then folders in the given order. Everything is durable when the task ends.</summary>
    /// <param name="files">The files. They must stay open until the task ends.</param>
    /// <param name="folders">The folders with their names, the innermost first.</param>
    /// <exception cref="LinuxFileException">One of these files or folders can't be synced. Errors of other requests are not reported here.</exception>
    public Task SyncAsync(IReadOnlyList<SafeFileHandle> files, params IReadOnlyList<string> folders)
    {
        var request = new Request(files, folders);
        _requests.Add(request);
        return request.Task;
    }

    private static void Sync(List<Request> requests)
    {
        foreach (var request in requests)
        {
            request.Fail(FailureOf(() =>
            {
                foreach (var file in request.Files)
                {
                    LinuxFile.Sync(file);
                }
            }));
        }

        for (var level = 0; level < requests.Max(request => request.Folders.Count); level++)
        {
            // A name is synced after its file, and each folder once for all whose files are durable.
            var folders = requests.Where(request => !request.HasFailed && request.Folders.Count > level).GroupBy(request => request.Folders[level]).ToList();
            foreach (var sharing in folders)
            {
                var failure = FailureOf(() => LinuxFile.SyncFolder(sharing.Key));
                foreach (var request in sharing)
                {
                    request.Fail(failure);
                }
            }
        }

        requests.ForEach(request => request.End());
    }

    private static Exception? FailureOf(Action work)
    {
        try
        {
            work();
            return null;
        }
#pragma warning disable CA1031 // Whatever it is, those who wait get it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }

    private sealed class Request(IReadOnlyList<SafeFileHandle> files, IReadOnlyList<string> folders)
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Exception? _failure;

        public IReadOnlyList<SafeFileHandle> Files => files;

        public IReadOnlyList<string> Folders => folders;

        public Task Task => _end.Task;

        public bool HasFailed => _failure is not null;

        public void Fail(Exception? failure) => _failure ??= failure;

        public void End()
        {
            if (_failure is null)
            {
                _end.SetResult();
            }
            else
            {
                _end.SetException(_failure);
            }
        }
    }
}
