using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local.Export;

/// <summary>What the qualities of service promise, at a power cut.</summary>
public sealed class DurabilityTests
{
    private const int Enough = 400;
    private const int Most = 4000;
    private const int FlushEvery = 16;
    private const int SectorSize = 512;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Durable_is_write_through_and_standard_write_back_in_the_mode_page_and_in_the_file_s_flags()
    {
        await using var array = await IscsiArray.NewAsync(PoolKind.Xfs);
        var durable = await array.ServedAsync("durable", qos: "durable");
        var standard = await array.ServedAsync("standard");
        Assert.False(WriteCacheEnabled(array, durable));
        Assert.True(WriteCacheEnabled(array, standard));
        Assert.True(IsOpenSynchronously(array, durable));
        Assert.False(IsOpenSynchronously(array, standard));
        using (var session = RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(standard), IscsiArray.Host1))
        {
            var busy = await Assert.ThrowsAsync<StorageElementBusyException>(() => array.Plugin.SetQosAsync(array.Server, standard, "durable", Token));
            Assert.Contains(IscsiArray.Host1, busy.Message, StringComparison.Ordinal);
            Assert.True(session.WriteCacheEnabled());
        }

        while (array.Daemon.GetTargets().Any(target => target.Sessions.Count > 0))
        {
            await Task.Delay(5, Token);
        }

        await array.Plugin.SetQosAsync(array.Server, standard, "durable", Token);
        Assert.False(WriteCacheEnabled(array, standard));
        Assert.True(IsOpenSynchronously(array, standard));
    }

    [Fact]
    public async Task A_power_cut_loses_no_acknowledged_write_of_a_write_through_LUN()
    {
        var (acknowledged, _) = await LostAsync("durable", planted: false);
        Assert.Empty(acknowledged);
    }

    [Fact]
    public async Task A_power_cut_loses_nothing_that_was_flushed_to_a_write_back_LUN()
    {
        var (_, flushed) = await LostAsync("standard", planted: false);
        Assert.Empty(flushed);
    }

    [Fact]
    public async Task A_write_back_LUN_that_is_sold_as_write_through_is_found_out()
    {
        var (acknowledged, _) = await LostAsync("standard", planted: true);
        Assert.NotEmpty(acknowledged);
    }

    /// <summary>Writes, cuts the power under the load, and looks which acknowledged and which flushed sectors are gone.</summary>
    private static async Task<(List<int> Acknowledged, List<int> Flushed)> LostAsync(string qos, bool planted)
    {
        using var mount = LoopMounts.NewMount(PoolKind.Xfs);
        LoopMounts.Run("xfs_io", "-V");
        await using var daemon = await TgtDaemon.StartAsync();
        StorageElement element;
        List<int> acknowledged;
        List<int> flushed;
        await using (var array = await IscsiArray.AtAsync(mount.Folder, daemon))
        {
            element = await array.ServedAsync("db01", qos: qos);
            if (planted)
            {
                Sqlite.Execute(Path.Combine(mount.Folder, "local.db"), $"UPDATE elements SET qos = 'durable' WHERE uuid = '{element.Uuid}'");
                element = await array.InfoAsync(element);
                Assert.Equal("durable", element.Qos);
                Assert.Contains("is not durable", element.Status, StringComparison.Ordinal);
            }

            // What XFS acknowledges while it is being shut down doesn't count: there, a flush that had nothing to wait for may still succeed.
            using var cut = new CancellationTokenSource();
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var load = Task.Run(() => Write(array, element, flush: qos == "standard" && !planted, enough, cut.Token), Token);
            await Task.WhenAny(enough.Task, load);
            await cut.CancelAsync();
            LoopMounts.Run("xfs_io", "-x", "-c", "shutdown", mount.Folder);
            (acknowledged, flushed) = await load;
        }

        Assert.True(acknowledged.Count >= Enough, $"Only {acknowledged.Count} writes were acknowledged before the power was cut.");
        await daemon.KillAsync();
        mount.Unmount();
        mount.Mount();
        var content = await File.ReadAllBytesAsync(Path.Combine(mount.Folder, "volumes", element.Uuid), Token);
        bool IsLost(int sector) => !content.AsSpan(sector * SectorSize, SectorSize).SequenceEqual(Content(sector));
        return ([.. acknowledged.Where(IsLost)], [.. flushed.Where(IsLost)]);
    }

    private static (List<int> Acknowledged, List<int> Flushed) Write(
        IscsiArray array, StorageElement element, bool flush, TaskCompletionSource enough, CancellationToken cut)
    {
        var acknowledged = new List<int>();
        var flushed = new List<int>();
        try
        {
            using var session = RawInitiator.LogIn(array.Daemon.FirstPortal, array.TargetOf(element), IscsiArray.Host1);
            for (var sector = 0; sector < Most && session.Write(sector, Content(sector)); sector++)
            {
                if (cut.IsCancellationRequested)
                {
                    continue;
                }

                acknowledged.Add(sector);
                if (flush && acknowledged.Count % FlushEvery == 0)
                {
                    if (!session.Flush())
                    {
                        break;
                    }

                    flushed = cut.IsCancellationRequested ? flushed : [.. acknowledged];
                }

                if (acknowledged.Count == Enough)
                {
                    enough.SetResult();
                }
            }
        }
        catch (IOException)
        {
            // Its target lost its power.
        }

        return (acknowledged, flushed);
    }

    private static byte[] Content(int sector)
    {
        var content = new byte[SectorSize];
        new Random(sector + 1).NextBytes(content);
        return content;
    }

    private static bool WriteCacheEnabled(IscsiArray array, StorageElement element)
    {
        using var session = RawInitiator.LogIn(array.Daemon.SecondPortal, array.TargetOf(element), IscsiArray.Host1);
        return session.WriteCacheEnabled();
    }

    /// <summary>How tgtd has the element's file open, by the kernel's word.</summary>
    private static bool IsOpenSynchronously(IscsiArray array, StorageElement element)
    {
        const int synchronous = 0x101000;
        var process = $"/proc/{array.Daemon.ProcessId}";
        var file = new DirectoryInfo($"{process}/fd").EnumerateFiles().Single(entry => entry.LinkTarget == Path.Combine(array.Folder, "volumes", element.Uuid));
        var flags = File.ReadLines($"{process}/fdinfo/{file.Name}").Single(line => line.StartsWith("flags:", StringComparison.Ordinal));
        return (Convert.ToInt32(flags.Split('\t')[1], 8) & synchronous) == synchronous;
    }
}
