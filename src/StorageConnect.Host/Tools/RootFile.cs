namespace StorageConnect.Host.Tools;

/// <summary>Files and folders that only root may read, from their first moment on.</summary>
internal static class RootFile
{
    private const UnixFileMode Mode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Mode600;
        }

        return new(path, options);
    }

    /// <summary>Makes the folders that aren't there yet.</summary>
    public static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            MakeFolder(Path.GetDirectoryName(folder)!); // the mode is for the last one only
            Directory.CreateDirectory(folder, Mode600 | UnixFileMode.UserExecute);
        }
    }
}
