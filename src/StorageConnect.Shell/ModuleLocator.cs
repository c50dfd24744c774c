namespace StorageConnect.Shell;

/// <summary>Finds the manifest to import: the one asked for, one beside the shell, or the one staged by the build.</summary>
internal static class ModuleLocator
{
    private static readonly string Manifest = Path.Combine("StorageConnect", "StorageConnect.psd1");

    public static string Find(string? asked, string shellFolder)
    {
        if (asked is not null)
        {
            return File.Exists(asked) ? asked : throw new FileNotFoundException($"The module '{asked}' does not exist.");
        }

        var beside = Path.Combine(shellFolder, Manifest);
        if (File.Exists(beside))
        {
            return beside;
        }

        for (var folder = new DirectoryInfo(shellFolder); folder is not null; folder = folder.Parent)
        {
            var staged = Path.Combine(folder.FullName, "out", Manifest);
            if (File.Exists(staged))
            {
                return staged;
            }
        }

        throw new FileNotFoundException(
            $"The StorageConnect module was not found: neither beside the shell in '{shellFolder}' nor as " +
            $"'{Path.Combine("out", Manifest)}' in a folder above it. Build the repository with 'dotnet build', or name a manifest with -Module.");
    }
}
