using System.Runtime.Versioning;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Linux;

/// <summary>Private files: their modes, whole replacement, and the lock around changes.</summary>
[SupportedOSPlatform("linux")]
public sealed class PrivateFileTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folders_that_are_made_on_the_way_are_private_too()
    {
        PrivateFile.EnsureFolder(_folder["a", "b", "c"]);
        Assert.All(["a", "a/b", "a/b/c"], folder => Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder[folder])));
    }

    [Fact]
    public void A_file_is_replaced_whole_and_nothing_else_is_left()
    {
        PrivateFile.Write(_folder["file"], "first"u8);
        PrivateFile.Write(_folder["file"], "next"u8);

        Assert.Equal("next", File.ReadAllText(_folder["file"]));
        Assert.Equal(Private, File.GetUnixFileMode(_folder["file"]));
        Assert.Equal([_folder["file"]], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Changes_of_one_file_exclude_each_other()
    {
        var path = _folder["count"];
        File.WriteAllText(path, "0");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 25; i++)
            {
                PrivateFile.Locked(path, () =>
                {
                    var count = int.Parse(File.ReadAllText(path), System.Globalization.CultureInfo.InvariantCulture);
                    File.WriteAllText(path, $"{count + 1}");
                    return count;
                });
            }
        })));

        Assert.Equal("100", File.ReadAllText(path));
    }

    [Fact]
    public void An_error_of_the_change_that_looks_like_a_held_lock_is_not_retried()
    {
        var calls = 0;
        using var held = PrivateFile.Open(_folder["held"], FileMode.OpenOrCreate, FileShare.None);

        Assert.Throws<IOException>(() => PrivateFile.Locked(_folder["file"], () =>
        {
            calls++;
            using var second = PrivateFile.Open(_folder["held"], FileMode.OpenOrCreate, FileShare.None);
            return true;
        }));
        Assert.Equal(1, calls);
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("large")]
    public void Reading_refuses_what_is_no_file_of_the_expected_size(string kind)
    {
        if (kind == "folder")
        {
            Directory.CreateDirectory(_folder[kind]);
        }
        else
        {
            File.WriteAllBytes(_folder[kind], new byte[11]);
        }

        Assert.Throws<InvalidDataException>(() => PrivateFile.Read(_folder[kind], 10));
    }
}
