using StorageConnect.Engine.Plugins;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Plugins;

/// <summary>A stamp stands for a file's content: nothing is read anew while it stays, so a change must never leave it as it was.</summary>
public sealed class FileStampTests : IDisposable
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_was_changed_just_now_has_none()
    {
        var path = Write("one");
        var changed = DateTimeOffset.UtcNow;

        Assert.Null(FileStamp.TryRead(path, changed));
        Assert.NotNull(FileStamp.TryRead(path, changed + Later));
        Assert.Equal(FileStamp.TryRead(path, changed + Later), FileStamp.TryRead(path, changed + (2 * Later)));
    }

    [Fact]
    public void Other_content_of_the_same_length_and_time_has_another()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The inode's time is Linux's.");
        var path = Write("one");
        var modified = File.GetLastWriteTimeUtc(path);
        var before = FileStamp.TryRead(path, DateTimeOffset.UtcNow + Later);

        // Two changes within one tick of the file system's clock are what the wait for a settled file is for.
        SpinWait.SpinUntil(() =>
        {
            Write("two");
            File.SetLastWriteTimeUtc(path, modified);
            return FileStamp.TryRead(path, DateTimeOffset.UtcNow + Later) != before;
        }, TimeSpan.FromSeconds(30));

        Assert.Equal(modified, File.GetLastWriteTimeUtc(path));
        Assert.NotEqual(before, FileStamp.TryRead(path, DateTimeOffset.UtcNow + Later));
    }

    [Fact]
    public void What_is_no_file_has_none()
    {
        Assert.Null(FileStamp.TryRead(_folder.Path, DateTimeOffset.UtcNow + Later));
        Assert.Null(FileStamp.TryRead(_folder["missing"], DateTimeOffset.UtcNow + Later));
    }

    private string Write(string text)
    {
        File.WriteAllText(_folder["file"], text);
        return _folder["file"];
    }
}
