using StorageConnect.Shell;
using Xunit;

namespace StorageConnect.Tests.Shell;

public sealed class ModuleLocatorTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("shell-");

    [Fact]
    public void The_staged_module_is_found_above_the_shell()
    {
        var staged = Write("out/StorageConnect/StorageConnect.psd1");

        Assert.Equal(staged, ModuleLocator.Find(null, Folder("src/Shell/bin")));
    }

    [Fact]
    public void A_module_beside_the_shell_goes_before_the_staged_one()
    {
        Write("out/StorageConnect/StorageConnect.psd1");
        var beside = Write("app/StorageConnect/StorageConnect.psd1");

        Assert.Equal(beside, ModuleLocator.Find(null, Folder("app")));
    }

    [Fact]
    public void A_module_asked_for_goes_before_all_and_must_exist()
    {
        var asked = Write("my.psd1");
        Write("out/StorageConnect/StorageConnect.psd1");

        Assert.Equal(asked, ModuleLocator.Find(asked, _root.FullName));
        Assert.Throws<FileNotFoundException>(() => ModuleLocator.Find(asked + "x", _root.FullName));
    }

    [Fact]
    public void Where_there_is_none_the_user_learns_what_to_do()
    {
        var problem = Assert.Throws<FileNotFoundException>(() => ModuleLocator.Find(null, _root.FullName));

        Assert.Contains("dotnet build", problem.Message);
        Assert.Contains("-Module", problem.Message);
    }

    public void Dispose() => _root.Delete(recursive: true);

    private string Folder(string path) => _root.CreateSubdirectory(path).FullName;

    private string Write(string path)
    {
        var file = Path.Combine(_root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "@{}");
        return file;
    }
}
