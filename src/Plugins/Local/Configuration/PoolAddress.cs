namespace StorageConnect.Plugins.Local.Configuration;

/// <summary>Which pool folder a server means: what its ExtraInfo and StorageName say.</summary>
/// <param name="Folder">The pool's folder, or for <c>Root=</c> the folder of pool folders.</param>
/// <param name="IsRoot">True for <c>Root=</c>: a storage name chooses the pool.</param>
internal sealed record PoolAddress(string Folder, bool IsRoot)
{
    public const string Help =
        "Where the pool is: Pool=<folder> for one pool, such as Pool=/srv/storage; or Root=<folder of pool folders>, "
        + "such as Root=/srv/pools, where -StorageName chooses one of its sub-folders.";

    /// <exception cref="InvalidStorageArrayException">The text is missing or isn't one of the two forms.</exception>
    public static PoolAddress Parse(StorageServer server)
    {
        var text = server.ExtraInfo?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            throw Invalid(server, "ExtraInfo is missing");
        }

        if (text.Any(char.IsControl))
        {
            throw Invalid(server, "ExtraInfo has a line break or another control character");
        }

        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            throw Invalid(server, $"ExtraInfo '{text}' has no '='");
        }

        var key = text[..equals].Trim();
        var isRoot = key.Equals("Root", StringComparison.OrdinalIgnoreCase);
        if (!isRoot && !key.Equals("Pool", StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid(server, $"ExtraInfo has the unknown key '{key}'");
        }

        var folder = text[(equals + 1)..].Trim();
        if (!Path.IsPathFullyQualified(folder))
        {
            throw Invalid(server, folder.Length == 0 ? $"ExtraInfo names no folder after '{key}='" : $"The folder '{folder}' in ExtraInfo is not an absolute path");
        }

        return new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), isRoot);
    }

    /// <summary>The pools to choose from: plain sub-folders. Links are left out, they may lead anywhere.</summary>
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
            throw new InvalidStorageArrayException($"The server '{server.Name}' names a folder of pools ({Folder}), but no storage name says which of them it is.")
            {
                ErrorId = "StorageNameMissing",
                Element = server.Name,
                Recommendation = $"Choose a storage name: {Choices()}.",
            };
        }

        // Looked up among what is there, never joined to a path unchecked: a name such as ../x is simply not found.
        return StorageNames().Contains(server.StorageName, StringComparer.Ordinal)
            ? Path.Combine(Folder, server.StorageName)
            : throw new NotFoundException($"There is no pool folder '{server.StorageName}' in {Folder}.")
            {
                ErrorId = "PoolNotFound",
                Element = server.StorageName,
                Recommendation = $"Choose a storage name: {Choices()}.",
            };
    }

    public static NotFoundException NoFolder(string folder) => new($"The folder {folder} does not exist, or is not a folder.")
    {
        ErrorId = "PoolNotFound",
        Element = folder,
        Recommendation = "Make the folder, or correct ExtraInfo.",
    };

    private string Choices() => StorageNames() is { Count: > 0 } names ? string.Join(", ", names) : $"none yet; make a sub-folder in {Folder}";

    private static bool IsPool(DirectoryInfo folder) => folder.LinkTarget is null && folder.Name[0] != '.' && folder.Name != "lost+found";

    private static InvalidStorageArrayException Invalid(StorageServer server, string reason) => new($"{reason}. {Help}")
    {
        ErrorId = "ExtraInfoInvalid",
        Element = server.Name,
        Recommendation = Help,
    };
}
