using System.Globalization;
using System.Text.Json;
using StorageConnect.Plugins.Ceph.Configuration;

namespace StorageConnect.Plugins.Ceph.Tool;

/// <summary>What can be done with the images of one pool: a method per call of the tool, with its errors for people.</summary>
/// <param name="tool">The tool.</param>
/// <param name="pool">The pool.</param>
internal sealed class Rbd(ICephTool tool, PoolName pool)
{
    private const string Json = "--format=json";
    private const string Quiet = "--no-progress";
    private const int ListAttempts = 5;
    private const long SlowestWrite = 10 << 20;
    private static readonly TimeSpan HealthDeadline = TimeSpan.FromSeconds(15);

    private const string NotOpened = "error opening";

    // An image whose client crashed is freed after half a minute.
    private static readonly TimeSpan LongDeadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestStandstill = TimeSpan.FromMinutes(10);
    private readonly FullPool _full = new();

    /// <summary>The pool.</summary>
    public PoolName Pool => pool;

    /// <summary>All images with their own snapshots: one process, however many there are.</summary>
    public ImageListing List(CancellationToken cancellationToken)
    {
        var command = new CephCommand(CephProgram.Rbd, "ls", "-l", Json, pool.ToString()) { Deadline = LongDeadline };
        for (var attempt = 1; ; attempt++)
        {
            var (errno, answer) = Try(command, cancellationToken);

            // The tool leaves out an image that it can't open, and says so beside the listing.
            if (errno == 0 && (attempt == ListAttempts || !answer.Error.Contains(NotOpened, StringComparison.Ordinal)))
            {
                return RbdJson.Listing(answer.Output);
            }

            // An image that is removed or renamed while the tool lists makes the whole listing fail.
            if (errno is not (0 or CephErrors.NotFound) || attempt == ListAttempts)
            {
                throw Error(errno, CephObject.Pool, pool.ToString(), command, answer);
            }
        }
    }

    /// <summary>An image by its id; null when there is none.</summary>
    /// <remarks>
    /// The tool finds images in the trash too, under their former names, which other images may have by now; and changes are made by name. So the name
    /// has to lead to the same image.
    /// </remarks>
    public Image? FindById(string id, CancellationToken cancellationToken) =>
        TryFindById(id, cancellationToken)
        // The tool misses a clone that it opens while the link to its parent goes, at the end of a split.
        ?? TryFindById(id, cancellationToken);

    /// <summary>An image by its name; null when there is none.</summary>
    public Image? FindByName(string name, CancellationToken cancellationToken) => Find([pool.Of(name)], name, cancellationToken);

    /// <summary>All snapshots of an image: groups' and removed ones too.</summary>
    public List<ImageSnapshot> ListSnapshots(Image image, CancellationToken cancellationToken) => RbdJson.Snapshots(
        Run(Command("snap", "ls", "--all", Json, "--image-id", image.Id, "--pool", pool.Pool, Namespace()), CephObject.Image, image.Name, cancellationToken),
        image);

    /// <summary>Creates an image for an element, whose name errors have.</summary>
    public void Create(string name, long size, bool thin, string element, CancellationToken cancellationToken)
    {
        var bytes = $"{size.ToString(CultureInfo.InvariantCulture)}B";
        var command = Command("create", "--size", bytes, (string[])(thin ? [] : ["--thick-provision", Quiet]), pool.Of(name));
        Run(
            thin ? command : command with { Deadline = command.Deadline + TimeSpan.FromSeconds(size / (double)SlowestWrite) },
            CephObject.Image,
            element,
            cancellationToken);
    }

    /// <summary>Gives an image another name, which errors have as the element's.</summary>
    public void Rename(string name, string newName, string element, CancellationToken cancellationToken) =>
        Run(Command("rename", pool.Of(name), pool.Of(newName)), CephObject.Image, element, cancellationToken);

    /// <summary>Creates a small image that no lock protects, for notes.</summary>
    public void CreateNotes(string name, CancellationToken cancellationToken) =>
        Run(Command("create", "--size", "1M", "--image-feature", "layering", pool.Of(name)), CephObject.Image, name, cancellationToken);

    /// <summary>Removes an image; in a full pool, too, where one was removed before.</summary>
    public void Remove(string name, CancellationToken cancellationToken) =>
        RunWhileItGoesOn(Command("rm", pool.Of(name)), CephObject.Image, name, static _ => { }, cancellationToken);

    public void Resize(string name, long size, bool shrinks, Action<string> onProgress, CancellationToken cancellationToken) => RunWhileItGoesOn(
        Command("resize", "--size", $"{size.ToString(CultureInfo.InvariantCulture)}B", (string[])(shrinks ? ["--allow-shrink"] : []), pool.Of(name)),
        CephObject.Image,
        name,
        onProgress,
        cancellationToken);

    /// <summary>The clients that have an image open.</summary>
    public List<Watcher> ListWatchers(string name, CancellationToken cancellationToken) =>
        RbdJson.Watchers(Run(Command("status", Json, pool.Of(name)), CephObject.Image, name, cancellationToken));

    /// <summary>The full names of all clones of an image, those in the trash too.</summary>
    public List<string> ListClones(string name, CancellationToken cancellationToken) =>
        RbdJson.Children(Run(Command("children", "--all", Json, pool.Of(name)), CephObject.Image, name, cancellationToken));

    public void CreateSnapshot(string image, string snapshot, string element, CancellationToken cancellationToken) =>
        Run(Command("snap", "create", Quiet, pool.Of($"{image}@{snapshot}")), CephObject.Snapshot, element, cancellationToken);

    /// <summary>Removes a snapshot. One with clones goes on for them out of sight.</summary>
    public void RemoveSnapshot(string image, string snapshot, CancellationToken cancellationToken) =>
        Run(Command("snap", "rm", Quiet, pool.Of($"{image}@{snapshot}")) with { Deadline = LongDeadline }, CephObject.Snapshot, snapshot, cancellationToken);

    public void Unprotect(string image, string snapshot, CancellationToken cancellationToken) =>
        Run(Command("snap", "unprotect", pool.Of($"{image}@{snapshot}")), CephObject.Snapshot, snapshot, cancellationToken);

    /// <summary>Rolls an image back. The cluster does it under writers, too: the caller sees that there are none.</summary>
    public void Rollback(string image, string snapshot, Action<string> onProgress, CancellationToken cancellationToken) => RunWhileItGoesOn(
        Command("snap", "rollback", pool.Of($"{image}@{snapshot}")), CephObject.Snapshot, snapshot, onProgress, cancellationToken);

    /// <summary>Makes a clone of a snapshot, of the format whose snapshots need no protection.</summary>
    public void Clone(string image, string snapshot, string clone, string element, CancellationToken cancellationToken) => Run(
        Command("clone", "--rbd-default-clone-format", "2", pool.Of($"{image}@{snapshot}"), pool.Of(clone)), CephObject.Image, element, cancellationToken);

    /// <summary>Switches features of an image off.</summary>
    public void DisableFeatures(string name, IReadOnlyList<string> features, CancellationToken cancellationToken) =>
        Run(Command("feature", "disable", pool.Of(name), features), CephObject.Image, name, cancellationToken);

    /// <summary>Switches features of an image on.</summary>
    public void EnableFeatures(string name, IReadOnlyList<string> features, CancellationToken cancellationToken) =>
        Run(Command("feature", "enable", pool.Of(name), features), CephObject.Image, name, cancellationToken);

    /// <summary>Has it looked up which of an image's objects exist. This takes some ten seconds for each TiB.</summary>
    public void RebuildObjectMap(string name, CancellationToken cancellationToken) =>
        RunWhileItGoesOn(Command("object-map", "rebuild", pool.Of(name)), CephObject.Image, name, static _ => { }, cancellationToken);

    /// <summary>Gives a clone blocks of its own, as a child process.</summary>
    public void Flatten(string name, Action<string> onProgress, CancellationToken cancellationToken) =>
        RunWhileItGoesOn(Command("flatten", pool.Of(name)), CephObject.Image, name, onProgress, cancellationToken);

    /// <summary>The notes of an image, which in a full pool the usual tool can't even read; null when there is no such image.</summary>
    public Dictionary<string, string>? ReadNotes(string name, CancellationToken cancellationToken)
    {
        var command = Command("image-meta", "ls", Json, pool.Of(name));
        var (errno, answer) = TryEvenFull(command, OnFull("read_notes", name), cancellationToken);
        return errno switch
        {
            0 => RbdJson.Map(answer.Output),
            CephErrors.NotFound => null,
            _ => throw Error(errno, CephObject.Image, name, command, answer),
        };
    }

    /// <summary>Sets a note; in a full pool, too.</summary>
    /// <returns>False when there is no such image.</returns>
    public bool WriteNote(string name, string key, string value, CancellationToken cancellationToken) =>
        RunEvenFull(Command("image-meta", "set", pool.Of(name), key, value), OnFull("set_note", name, key, value), name, cancellationToken);

    /// <summary>Removes a note; in a full pool, too. One that isn't there is fine.</summary>
    public void RemoveNote(string name, string key, CancellationToken cancellationToken) =>
        RunEvenFull(Command("image-meta", "rm", pool.Of(name), key), OnFull("remove_note", name, key), name, cancellationToken);

    /// <summary>Sets one of an image's own settings, such as <c>rbd_qos_iops_limit</c>; null removes it.</summary>
    public void Configure(string name, string key, string? value, CancellationToken cancellationToken)
    {
        if (value is null)
        {
            RunIfThere(Command("config", "image", "rm", pool.Of(name), key), name, cancellationToken);
        }
        else
        {
            Run(Command("config", "image", "set", pool.Of(name), key, value), CephObject.Image, name, cancellationToken);
        }
    }

    /// <summary>The namespaces of the pool.</summary>
    public List<string> ListNamespaces(CancellationToken cancellationToken)
    {
        var text = Run(Command("namespace", "ls", Json, pool.Pool), CephObject.Pool, pool.Pool, cancellationToken);
        using var json = JsonDocument.Parse(text);
        return [.. json.RootElement.EnumerateArray().Select(entry => RbdJson.Text(entry, "name"))];
    }

    /// <summary>The names of the groups of images.</summary>
    public List<string> ListGroups(CancellationToken cancellationToken) =>
        RbdJson.Names(Run(Command("group", "ls", Json, pool.ToString()), CephObject.Pool, pool.ToString(), cancellationToken));

    public void CreateGroup(string group, CancellationToken cancellationToken) =>
        Run(Command("group", "create", pool.Of(group)), CephObject.Snapshot, group, cancellationToken);

    /// <summary>Makes an image a member of a group. An image is a member of one group at most.</summary>
    /// <returns>False when it is a member of another.</returns>
    public bool TryAddToGroup(string group, string image, CancellationToken cancellationToken)
    {
        var command = Command("group", "image", "add", pool.Of(group), pool.Of(image));
        var (errno, answer) = Try(command, cancellationToken);
        return errno is 0 or CephErrors.Exists ? errno == 0 : throw Error(errno, CephObject.Image, image, command, answer);
    }

    /// <summary>The names of a group's members.</summary>
    public List<string> ListMembers(string group, CancellationToken cancellationToken)
    {
        var text = Run(Command("group", "image", "ls", Json, pool.Of(group)), CephObject.Snapshot, group, cancellationToken);
        using var json = JsonDocument.Parse(text);
        return [.. json.RootElement.EnumerateArray().Select(entry => RbdJson.Text(entry, "image"))];
    }

    public void RemoveFromGroup(string group, string image, CancellationToken cancellationToken) =>
        RunEvenFull(Command("group", "image", "rm", pool.Of(group), pool.Of(image)), OnFull("remove_member", group, image), image, cancellationToken);

    public void CreateGroupSnapshot(string group, string snapshot, CancellationToken cancellationToken) =>
        Run(Command("group", "snap", "create", pool.Of($"{group}@{snapshot}")), CephObject.Snapshot, group, cancellationToken);

    public void RollbackGroup(string group, string snapshot, Action<string> onProgress, CancellationToken cancellationToken) => RunWhileItGoesOn(
        Command("group", "snap", "rollback", pool.Of($"{group}@{snapshot}")), CephObject.Snapshot, group, onProgress, cancellationToken);

    /// <summary>Removes a snapshot of a group. One that isn't there is fine.</summary>
    public void RemoveGroupSnapshot(string group, string snapshot, CancellationToken cancellationToken) => RunEvenFull(
        Command("group", "snap", "rm", pool.Of($"{group}@{snapshot}")) with { Deadline = LongDeadline },
        OnFull("remove_group_snapshot", group, snapshot) with { Deadline = LongDeadline },
        group,
        cancellationToken);

    /// <summary>Removes a group with what it has; the images stay. One that isn't there is fine.</summary>
    public void RemoveGroup(string group, CancellationToken cancellationToken) =>
        RunEvenFull(Command("group", "rm", pool.Of(group)), OnFull("remove_group", group), group, cancellationToken);

    /// <summary>Takes a lock that ends by itself; in a full pool, too, once it was taken there before.</summary>
    /// <returns>False when another client holds it.</returns>
    public bool TryLock(string name, string cookie, TimeSpan duration, CancellationToken cancellationToken)
    {
        var seconds = ((int)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var command = RadosCommand(
            "lock", "get", name, name, "--lock-cookie", cookie, "--lock-type", "exclusive", "--lock-duration", seconds);
        var (errno, answer) = TryEvenFull(command, OnFull("lock", name, cookie, seconds), cancellationToken);
        return errno is 0 or CephErrors.Busy or CephErrors.Exists ? errno == 0 : throw Error(errno, CephObject.Pool, pool.ToString(), command, answer);
    }

    /// <summary>Who holds a lock: the client and its cookie; null when nobody does.</summary>
    public (string Client, string Cookie)? FindLockHolder(string name, CancellationToken cancellationToken)
    {
        var command = RadosCommand("lock", "info", name, name);
        var (errno, answer) = Try(command, cancellationToken);
        return errno switch
        {
            0 => RbdJson.LockHolder(answer.Output),
            CephErrors.NotFound => null,
            _ => throw Error(errno, CephObject.Pool, pool.ToString(), command, answer),
        };
    }

    /// <summary>Removes the lock of a holder. Nothing happens when another client holds it by now.</summary>
    public void BreakLock(string name, string client, string cookie, CancellationToken cancellationToken) =>
        RunIfThere(RadosCommand("lock", "break", name, name, client, "--lock-cookie", cookie), name, cancellationToken);

    /// <summary>Gives a lock back. The object that has it stays: a full pool takes no new one.</summary>
    public void Unlock(string name, CancellationToken cancellationToken) =>
        RunEvenFull(RadosCommand("rmxattr", name, $"lock.{name}"), OnFull("unlock", name), name, cancellationToken);

    /// <summary>Runs a command of <c>ceph</c> that prints JSON.</summary>
    public JsonDocument Ask(CancellationToken cancellationToken, params IReadOnlyList<string> arguments) => JsonDocument.Parse(
        Run(new(CephProgram.Ceph, [.. arguments, "--format", "json"]) { Deadline = HealthDeadline }, CephObject.Pool, pool.ToString(), cancellationToken));

    /// <summary>As <see cref="Ask"/>; null where the cluster refuses it or doesn't answer.</summary>
    public JsonDocument? TryAsk(CancellationToken cancellationToken, params IReadOnlyList<string> arguments)
    {
        try
        {
            return Ask(cancellationToken, arguments);
        }
        catch (Exception e) when (e is StorageConnectException or JsonException)
        {
            return null;
        }
    }

    private Image? TryFindById(string id, CancellationToken cancellationToken)
    {
        string? formerName = null;
        while (Find(["--image-id", id, "--pool", pool.Pool, .. Namespace()], id, cancellationToken) is { } image && image.Name != formerName)
        {
            if (FindByName(image.Name, cancellationToken)?.Id == id)
            {
                return image;
            }

            // It may have been renamed in between.
            formerName = image.Name;
        }

        return null;
    }

    private Image? Find(IReadOnlyList<string> which, string name, CancellationToken cancellationToken)
    {
        var command = Command("info", Json, which);
        var (errno, answer) = Try(command, cancellationToken);
        return errno switch
        {
            0 => RbdJson.Image(answer.Output),
            CephErrors.NotFound => null,
            _ => throw Error(errno, CephObject.Image, name, command, answer),
        };
    }

    /// <summary>Runs a command that takes as long as there is data. One that tells no progress for ten minutes hangs, and is ended.</summary>
    private void RunWhileItGoesOn(CephCommand command, CephObject kind, string name, Action<string> onProgress, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ended.CancelAfter(LongestStandstill);
        try
        {
            Run(command with { Deadline = TimeSpan.MaxValue, OnProgress = GoesOn }, kind, name, ended.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw CephErrors.Unreachable(name, e);
        }

        void GoesOn(string text)
        {
            ended.CancelAfter(LongestStandstill);
            onProgress(text);
        }
    }

    private bool RunIfThere(CephCommand command, string name, CancellationToken cancellationToken) =>
        IsThere(command, Try(command, cancellationToken), name);

    private bool RunEvenFull(CephCommand command, CephCommand onFull, string name, CancellationToken cancellationToken) =>
        IsThere(command, TryEvenFull(command, onFull, cancellationToken), name);

    private bool IsThere(CephCommand command, (int Errno, CephAnswer Answer) result, string name) => result.Errno is 0 or CephErrors.NotFound
        ? result.Errno == 0
        : throw Error(result.Errno, CephObject.Image, name, command, result.Answer);

    /// <summary>Runs a command; where the pool is full, the one that works there.</summary>
    private (int Errno, CephAnswer Answer) TryEvenFull(CephCommand command, CephCommand onFull, CancellationToken cancellationToken)
    {
        if (!_full.IsKnown(IsFull))
        {
            var result = Try(command, cancellationToken);
            if (!CephErrors.MayBeFull(result.Errno, result.Answer) || !_full.Ask(IsFull))
            {
                return result;
            }
        }

        return Try(onFull, cancellationToken);
    }

    private CephCommand OnFull(params IReadOnlyList<string> arguments) => new(CephProgram.Python, [pool.Pool, pool.Namespace, .. arguments]);

    private string Run(CephCommand command, CephObject kind, string name, CancellationToken cancellationToken)
    {
        var (errno, answer) = Try(command, cancellationToken);
        return errno == 0 ? answer.Output : throw Error(errno, kind, name, command, answer);
    }

    private (int Errno, CephAnswer Answer) Try(CephCommand command, CancellationToken cancellationToken)
    {
        try
        {
            var answer = tool.Run(command, cancellationToken);
            return (CephErrors.ErrnoOf(command, answer), answer);
        }
        catch (ToolException e) when (e.Failure is ToolFailure.NotFound)
        {
            throw CephErrors.ToolMissing(command.Program);
        }
        catch (ToolException e) when (e.Failure == ToolFailure.TimedOut)
        {
            return (CephErrors.TimedOut, new(CephErrors.TimedOut, "", e.Message));
        }
        catch (ToolException e)
        {
            throw PluginError.ArrayUnreachable(null, e.Message, "Try again.", e, "CephToolFailed");
        }
    }

    /// <summary>A call that ended without an answer: the cluster is full, which makes every write wait, or it can't be reached.</summary>
    private StorageConnectException Error(int errno, CephObject kind, string name, CephCommand command, CephAnswer answer) =>
        CephErrors.MayBeFull(errno, answer) && IsFull() ? CephErrors.Full(name) : CephErrors.Of(errno, kind, name, command, answer.Error);

    private bool IsFull()
    {
        // Without the errors of other calls, which ask this in their turn.
        var (errno, answer) = Try(
            new(CephProgram.Ceph, "health", "detail", "--format", "json") { Deadline = HealthDeadline }, CancellationToken.None);
        return errno == 0 && RbdJson.IsFull(answer.Output, pool.Pool);
    }

    private IReadOnlyList<string> Namespace() => pool.HasNamespace ? ["--namespace", pool.Namespace] : [];

    private CephCommand RadosCommand(params IReadOnlyList<string> arguments) =>
        new(CephProgram.Rados, ["--pool", pool.Pool, .. Namespace(), .. arguments]);

    /// <summary>A command of texts and lists of texts.</summary>
    private static CephCommand Command(params IReadOnlyList<object> parts) =>
        new(CephProgram.Rbd, [.. parts.SelectMany(part => part is string text ? [text] : (IReadOnlyList<string>)part)]);
}
