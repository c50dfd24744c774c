using Xunit;

namespace StorageConnect.Tests.Recording;

public sealed class TemporaryFolderTests
{
    [Fact]
    public void A_folder_goes_although_files_come_into_it_meanwhile()
    {
        var folder = new TemporaryFolder();
        using var removed = new CancellationTokenSource();
        using var started = new ManualResetEventSlim();
        var process = new Thread(() =>
        {
            for (var i = 0; i < 2_000 && !removed.IsCancellationRequested; i++)
            {
                try
                {
                    File.WriteAllText(folder[$"{i}"], string.Empty);
                }
                catch (IOException)
                {
                    return;
                }

                started.Set();
            }
        });
        process.Start();
        started.Wait(TestContext.Current.CancellationToken);

        folder.Dispose();

        removed.Cancel();
        process.Join();
        Assert.False(Directory.Exists(folder.Path));
    }
}
