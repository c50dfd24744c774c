using System.Runtime.Versioning;
using Xunit;

namespace StorageConnect.Tests.Engine.Servers;

/// <summary>Whoever can write in a folder on the way to the settings can move all of them away.</summary>
public sealed class PrivateFolderTests
{
    [Fact]
    [SupportedOSPlatform("linux")]
    public void Folders_that_are_made_on_the_way_are_private_too()
    {
        var top = Directory.CreateTempSubdirectory("settings-").FullName;
        PrivateFile.EnsureFolder(Path.Combine(top, "a", "b", "c"));
        Assert.All(
            ["a", "a/b", "a/b/c"],
            folder => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(top, folder))));
        Directory.Delete(top, recursive: true);
    }
}
