using System.Text;
using Xunit;

namespace StorageConnect.Tests.Repository;

/// <summary>What is shipped doesn't say where it was built.</summary>
public sealed class MachinePathTests
{
    public static TheoryData<string> Folders =>
    [
        StagedModule.Root.TrimEnd('/') + '/',
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile).TrimEnd('/') + "/.",
    ];

    [Theory]
    [MemberData(nameof(Folders))]
    public void No_file_of_the_module_names_a_folder_of_this_machine(string folder)
    {
        byte[][] spellings = [Encoding.UTF8.GetBytes(folder), Encoding.Unicode.GetBytes(folder)];
        var files = Directory.GetFiles(Path.Combine(StagedModule.Root, "out", "StorageConnect"), "*", SearchOption.AllDirectories);

        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, file => spellings.Any(spelling => File.ReadAllBytes(file).AsSpan().IndexOf(spelling) >= 0));
    }
}
