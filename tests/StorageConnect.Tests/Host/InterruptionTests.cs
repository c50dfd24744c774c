using StorageConnect.Host.Attaching;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>A run that is killed before any of its steps is completed, or undone, by the next.</summary>
public sealed class InterruptionTests
{
    private const string Target = "iqn.2026-01.lab.array:t1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<bool, bool, bool> Runs => new(
        from attaches in new[] { true, false }
        from thenAttaches in new[] { true, false }
        from isSilent in new[] { true, false }
        select (attaches, thenAttaches, isSilent));

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Killed_before_any_step_and_begun_again_it_is_whole_or_gone(bool attaches, bool thenAttaches, bool isSilent)
    {
        for (var step = 1; ; step++)
        {
            await using var host = new SimulatedHost();
            host.Array.IsSilent = isSilent;
            var element = host.Array.Add("db01", Target, 5);
            var other = host.Array.Add("other", Target, 7); // which a look without a LUN number brings up, too
            await host.Array.PresentAsync(other, ["this-host"], Cancellation);
            if (!attaches)
            {
                await new ElementAttacher(host.Open(), host.Array, _ => { }).RunAsync(element, [], Cancellation);
            }

            if (!await IsKilledAsync(host, step, run => RunAsync(run, host, element, attaches)))
            {
                Assert.True(step > 4, "There are more steps than that.");
                return;
            }

            await RunAsync(host.Open(), host, element, thenAttaches);

            if (thenAttaches)
            {
                var device = await new ElementAttacher(host.Open(), host.Array, _ => { }).RunAsync(element, [], Cancellation);
                Assert.Equal([element.Page83Id, element.Page83Id], host.ReallyBehind(device.Path));
                Assert.Equal(2, host.Sessions().Count);
                Assert.Null(MultipathMaps.Find(host.Roots, other.Page83Id));
                Assert.Empty(ScsiDisk.FindAll(host.Roots, other.Page83Id));
            }
            else
            {
                Assert.Empty(host.Traces());
                Assert.Empty(host.Array.Now(element).AccessGroupNames);
            }
        }
    }

    [Fact]
    public async Task A_half_done_attach_that_can_not_be_completed_is_still_known_and_can_be_undone()
    {
        await using var host = new SimulatedHost();
        var element = host.Array.Add("db01", Target, 5);
        Assert.True(await IsKilledAsync(host, 2, run => RunAsync(run, host, element, attaches: true)));
        host.DeadPortals.UnionWith(["10.99.0.1", "10.99.1.1"]);

        await Assert.ThrowsAsync<ArrayUnreachableException>(() => RunAsync(host.Open(), host, element, attaches: true));
        Assert.NotNull(host.Open().Ledger.TryLoad(element.Page83Id));

        await RunAsync(host.Open(), host, element, attaches: false);
        Assert.Empty(host.Traces());
        Assert.Empty(host.Array.Now(element).AccessGroupNames);
    }

    [Fact]
    public async Task A_login_that_iscsid_goes_on_with_after_the_kill_is_ended_by_the_next_run()
    {
        await using var host = new SimulatedHost();
        var element = host.Array.Add("db01", Target, 5);
        Assert.True(await IsKilledAsync(host, 2, run => RunAsync(run, host, element, attaches: true)));
        host.LateLogins.UnionWith(["10.99.0.1", "10.99.1.1"]);

        await RunAsync(host.Open(), host, element, attaches: false);

        Assert.Empty(host.LateLogins); // else their sessions would come now
        Assert.Empty(host.Traces());
    }

    private static async Task<bool> IsKilledAsync(SimulatedHost host, int atStep, Func<LinuxHost, Task> run)
    {
        var steps = 0;
        try
        {
            await run(host.Open(onStep: _ =>
            {
                // Dead is dead: what other threads of the process would go on with doesn't happen either.
                if (Interlocked.Increment(ref steps) >= atStep)
                {
                    throw new Killed();
                }
            }));
            return false;
        }
        catch (Killed)
        {
            return true;
        }
    }

    private static Task RunAsync(LinuxHost run, SimulatedHost host, StorageElement element, bool attaches) => attaches
        ? new ElementAttacher(run, host.Array, _ => { }).RunAsync(element, [], Cancellation)
        : new ElementDetacher(run, host.Array, _ => { }).RunAsync(element, [], keepAccess: false, Cancellation);
}
