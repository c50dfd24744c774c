using StorageConnect.Engine.Names;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine;

/// <summary>The next process knows the names of the last one; a file that can't be read is no error.</summary>
public sealed class NamesFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["names.json"];

    [Fact]
    public void The_next_process_knows_the_names_of_registered_servers()
    {
        var names = new KnownNames(new(File));
        names.Learn(NameKind.StorageElement, "lab", "db01");
        names.Learn(NameKind.Snapshot, "lab", "nightly");
        names.Learn(NameKind.AccessGroup, "gone", "web");

        names.Save(new HashSet<string> { "lab" });

        var next = new KnownNames(new(File));
        Assert.Equal([("lab", "db01")], next.Get(NameKind.StorageElement));
        Assert.Equal([("lab", "nightly")], next.Get(NameKind.Snapshot));
        Assert.Empty(next.Get(NameKind.AccessGroup));
    }

    [Fact]
    public void What_was_removed_does_not_come_back()
    {
        var names = new KnownNames(new(File));
        names.Learn(NameKind.StorageElement, "lab", "db01");
        names.Save(new HashSet<string> { "lab" });

        var next = new KnownNames(new(File));
        next.Forget(NameKind.StorageElement, "lab", "db01");
        next.Save(new HashSet<string> { "lab" });

        Assert.Empty(new KnownNames(new(File)).Get(NameKind.StorageElement));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("""[{"Kind":"StorageElement"}]""")]
    [InlineData("""[{"Kind":"NoSuchKind","ServerUuid":"lab","Name":"x"}]""")]
    public void A_damaged_file_holds_no_names(string content)
    {
        System.IO.File.WriteAllText(File, content);

        Assert.Empty(new KnownNames(new(File)).Get(NameKind.StorageElement));
    }

    [Fact]
    public void A_folder_in_the_place_of_the_file_is_no_error()
    {
        Directory.CreateDirectory(File);
        var names = new KnownNames(new(File));
        names.Learn(NameKind.StorageElement, "lab", "db01");

        names.Save(new HashSet<string> { "lab" });

        Assert.Equal([("lab", "db01")], names.Get(NameKind.StorageElement));
    }

    [Fact]
    public void Others_can_not_read_it()
    {
        var names = new KnownNames(new(File));
        names.Learn(NameKind.StorageElement, "lab", "db01");

        names.Save(new HashSet<string> { "lab" });

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        }
    }

    public void Dispose() => _folder.Dispose();
}
