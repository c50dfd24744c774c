using StorageConnect.PluginKit.Configuration;
using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;

namespace StorageConnect.Plugins.Local.Configuration;

/// <summary>A server's ExtraInfo and StorageName: its pool folder, and how that is exported.</summary>
/// <param name="Folder">The pool's folder, or for <c>Root=</c> the folder of pool folders.</param>
/// <param name="IsRoot">True for <c>Root=</c>: a storage name chooses the pool.</param>
internal sealed record PoolAddress(string Folder, bool IsRoot)
{
    public const string Help =
        "Where the pool is: Pool=<folder> for one pool, such as Pool=/srv/storage; or Root=<folder of pool folders>, "
        + "such as Root=/srv/pools, where -StorageName chooses one of its sub-folders. For iSCSI also, after semicolons: "
        + "Portals=<address:port,...> at which tgtd must listen, such as Portals=10.0.0.5:3260,10.0.1.5:3260; "
        + "TgtControl=<control port or socket> of another tgtd than the default one. "
        + "Adopt=Copy, when registering: a copy of another pool becomes a pool of its own.";

    private const string PoolKey = "Pool";
    private const string RootKey = "Root";
    private const string AdoptKey = "Adopt";
    private const string AdoptCopy = "Copy";

    /// <summary>The portals of the targets; empty: all where the daemon listens.</summary>
    public ValueList<Portal> Portals { get; init; } = [];

    /// <summary>The daemon that serves the pool.</summary>
    public TgtControlAddress Control { get; init; } = TgtControlAddress.Default;

    /// <summary>A copy of another pool is to become a pool of its own.</summary>
    public bool AdoptsCopy { get; init; }

    /// <summary>The ExtraInfo to keep: without what is for the registration alone.</summary>
    public static string? Kept(string? extraInfo) => extraInfo is null ? null : string.Join(
        ';',
        extraInfo.Split(';').Where(part => !part.Trim().StartsWith(AdoptKey + "=", StringComparison.OrdinalIgnoreCase)));

    /// <summary>The pool folder that a server's record names, or null when it names none.</summary>
    public static string? TryFolder(StorageServer server)
    {
        try
        {
            return Parse(server).PoolFolder(server);
        }
        catch (StorageConnectException)
        {
            return null;
        }
    }

    /// <exception cref="InvalidStorageArrayException">The text is missing or isn't of that form.</exception>
    public static PoolAddress Parse(StorageServer server)
    {
        var values = ExtraInfoValues.Parse(server, Help, PoolKey, RootKey, AdoptKey);
        if (string.IsNullOrWhiteSpace(server.ExtraInfo))
        {
            throw values.Invalid("ExtraInfo is missing");
        }

        var (root, pool) = (values[RootKey], values[PoolKey]);
        var isRoot = root is not null;
        if (isRoot == pool is not null)
        {
            throw values.Invalid(isRoot ? "ExtraInfo has both Pool= and Root=" : "ExtraInfo has neither Pool= nor Root=");
        }

        var folder = root ?? pool!;
        if (!Path.IsPathFullyQualified(folder))
        {
            throw values.Invalid(folder.Length == 0
                ? $"ExtraInfo names no folder after '{(isRoot ? RootKey : PoolKey)}='"
                : $"The folder '{folder}' in ExtraInfo is not an absolute path");
        }

        return new PoolAddress(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), isRoot)
        {
            Portals = values.ReadPortals(),
            AdoptsCopy = ReadAdopt(values),
            Control = values.ReadControl(),
        };
    }

    /// <summary>The pools to choose from: plain sub-folders. Links are ignored, because they may lead anywhere.</summary>
    public IReadOnlyList<string> StorageNames()
    {
        if (!IsRoot)
        {
            return [];
        }

        try
        {
            return [.. new DirectoryInfo(Folder).EnumerateDirectories().Where(IsPool).Select(folder => folder.Name).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            throw NoFolder(Folder);
        }
        catch (UnauthorizedAccessException)
        {
            throw new AccessDeniedException($"The folder {Folder} of the pools can't be read by this user.")
            {
                ErrorId = "PoolNotWritable",
                Element = Folder,
                Recommendation = "Give this user access to the folder, or run as a user who has it.",
            };
        }
    }

    /// <summary>The folder of the pool that the server means.</summary>
    public string PoolFolder(StorageServer server)
    {
        if (!IsRoot)
        {
            return Folder;
        }

        if (string.IsNullOrEmpty(server.StorageName))
        {
            throw new InvalidStorageArrayException(
                $"The server '{server.Name}' names a folder of pools ({Folder}), but no storage name says which of them it is.")
            {
                ErrorId = "StorageNameMissing",
                Element = server.Name,
                Recommendation = $"Choose a storage name: {Choices()}.",
            };
        }

        // Looked up among the existing folders, never joined to a path unchecked: a name such as ../x is simply not found.
        return StorageNames().Contains(server.StorageName, StringComparer.Ordinal)
            ? Path.Combine(Folder, server.StorageName)
            : throw new NotFoundException($"There is no pool folder '{server.StorageName}' in {Folder}.")
            {
                ErrorId = "PoolNotFound",
                Element = server.StorageName,
                Recommendation = $"Choose a storage name: {Choices()}.",
            };
    }

    /// <summary>The folder is there, but no pool is in it.</summary>
    public static NotFoundException NoPool(string folder) =>
        new($"There is no pool in the folder {folder} (is its file system mounted?). Nothing was written there.")
        {
            ErrorId = "PoolNotFound",
            Element = folder,
            Recommendation = "Mount the file system that the pool is on, or put the pool back. " +
                "Only Register-OscStorageServer makes a pool, in an empty folder.",
        };

    public static NotFoundException NoFolder(string folder) => new($"The folder {folder} does not exist, or is not a folder.")
    {
        ErrorId = "PoolNotFound",
        Element = folder,
        Recommendation = "Mount the file system that it is on, make the folder, or correct ExtraInfo.",
    };

    private static bool ReadAdopt(ExtraInfoValues values) => values[AdoptKey] switch
    {
        null => false,
        var text when string.Equals(text, AdoptCopy, StringComparison.OrdinalIgnoreCase) => true,
        var text => throw values.Invalid($"ExtraInfo has Adopt={text}; the one value there is is {AdoptCopy}"),
    };

    private string Choices() => StorageNames() is { Count: > 0 } names ? string.Join(", ", names) : $"none yet; make a sub-folder in {Folder}";

    private static bool IsPool(DirectoryInfo folder) => folder.LinkTarget is null && folder.Name[0] != '.' && folder.Name != "lost+found";
}
