namespace StorageConnect.Host.OpenIscsi;

/// <summary>Folders that are deleted with the last record in them.</summary>
internal static class EmptyFolders
{
    /// <summary>Deletes a folder and those above it, as far as they are empty, up to <paramref name="root"/>, which stays.</summary>
    public static void Delete(string folder, string root)
    {
        try
        {
            for (; folder.Length > root.Length; folder = Path.GetDirectoryName(folder)!)
            {
                Directory.Delete(folder);
            }
        }
        catch (IOException)
        {
            // It is not empty.
        }
    }
}
