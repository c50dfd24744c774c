namespace StorageConnect.Host.OpenIscsi;

/// <summary>
/// Other tools' records that are put aside while a login or discovery uses ours. They are files, so that a run that is killed loses none: the next one
/// for the same portal restores what it finds here.
/// </summary>
/// <remarks>
/// A folder in open-iscsi's database that only root can read, and that iscsiadm ignores: a record goes there and comes back by renaming, unchanged and
/// whole at any moment. The paths in it are those in the database.
/// </remarks>
/// <param name="database">The database's folder.</param>
internal sealed class ForeignRecords(string database)
{
    /// <summary>Begins the names of all our files beside the records.</summary>
    public const string Prefix = ".storage-connect.";

    /// <summary>Where records are while they are aside.</summary>
    public string Folder { get; } = Path.Combine(database, Prefix + "aside");

    /// <summary>Where those of nodes are.</summary>
    public string Nodes => Path.Combine(Folder, "nodes");

    /// <summary>The path that a record had before it was put aside.</summary>
    public string PathOf(string aside) => Path.Combine(database, Path.GetRelativePath(Folder, aside));

    public void PutAside(string path)
    {
        var place = PlaceOf(path);
        PrivateFile.CreateMissingFolders(Path.GetDirectoryName(place)!);
        File.Move(path, place);
    }

    /// <summary>Restores the record of this path; a record of ours there is replaced. Nothing where none is aside.</summary>
    public void Restore(string path)
    {
        var place = PlaceOf(path);
        if (File.Exists(place))
        {
            PrivateFile.CreateMissingFolders(Path.GetDirectoryName(path)!);
            File.Move(place, path, overwrite: true);
            EmptyFolders.Delete(Path.GetDirectoryName(place)!, database);
        }
    }

    private string PlaceOf(string path) => Path.Combine(Folder, Path.GetRelativePath(database, path));
}
