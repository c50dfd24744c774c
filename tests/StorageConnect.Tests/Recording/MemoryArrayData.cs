namespace StorageConnect.Tests.Recording;

/// <summary>What is written on the elements of a recording array: a file for each, and for each member of a snapshot.</summary>
public sealed class MemoryArrayData(string folder)
{
    /// <summary>The name of what a snapshot holds of a member.</summary>
    public static string Member(string snapshot, string member) => $"{snapshot}-{member}";

    public string PathOf(string name) => Path.Combine(folder, name);

    public void Create(string name, long size)
    {
        using var file = File.Create(PathOf(name));
        file.SetLength(size);
    }

    /// <summary>Sparse, so that large ones cost nothing.</summary>
    public void Resize(string name, long size)
    {
        using var file = File.OpenWrite(PathOf(name));
        file.SetLength(size);
    }

    public void Copy(string from, string to) => File.Copy(PathOf(from), PathOf(to), overwrite: true);

    public void Remove(string name) => File.Delete(PathOf(name));
}
