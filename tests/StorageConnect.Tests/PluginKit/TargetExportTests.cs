using System.Net;
using System.Net.Sockets;
using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Targets;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.PluginKit;

/// <summary>The kit's export behind a plug-in other than Local, on a real tgtd.</summary>
public sealed class TargetExportTests : IDisposable
{
    private const string Host1 = IscsiArray.Host1;
    private const string Host2 = IscsiArray.Host2;
    private const int Many = 60;

    // Far longer than the seconds, far shorter than the hour that a change would wait otherwise.
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan FreeWithin = TimeSpan.FromMinutes(1);

    // One test holds a lock three times until others give up. No other of them waits.
    private readonly MemoryArray _array = new(lockTimeout: TimeSpan.FromSeconds(4));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _array.Dispose();

    [Fact]
    public async Task An_element_of_another_plug_in_is_a_LUN_while_an_initiator_may_use_it()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var export = _array.Export(daemon);
        var element = _array.Create("db01");
        Grant(export, element, Host1);
        var target = Assert.Single(daemon.GetTargets());
        Assert.Equal(Assert.Single(export.GetAddresses(element)).TargetName, target.Name);
        using (var session = RawInitiator.LogIn(daemon.FirstPortal, target.Name, Host1))
        {
            Assert.Equal(1 << 20, session.SizeBytes());
            Assert.True(session.Write(0, new byte[512]));
        }

        export.FollowAccess(_array.SetInitiators(element), [Host1], null, Token);
        Assert.Empty(daemon.GetTargets());
        Assert.Empty(_array.ReadMarks());
        Assert.Empty(export.GetDifferences(null, Token));
    }

    [Fact]
    public async Task Access_changes_while_another_process_works_on_the_element()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var export = _array.Export(daemon);
        var element = _array.Create("db01");
        Grant(export, element, Host1, Host2);
        using var session = RawInitiator.LogIn(daemon.FirstPortal, Assert.Single(daemon.GetTargets()).Name, Host2);
        using (_array.Locks.TryTake(element))
        {
            export.FollowAccess(_array.SetInitiators(element, Host1), [Host2], null, Token);
            Assert.ThrowsAny<IOException>(() => session.IsReady());
            Assert.Equal([Host1], Assert.Single(daemon.GetTargets()).Initiators);
            export.FollowAccess(_array.SetInitiators(element, Host1, Host2), [Host2], null, Token);
            Assert.Equal([Host1, Host2], Assert.Single(daemon.GetTargets()).Initiators.Order(StringComparer.Ordinal));
        }

        Assert.Empty(_array.ReadMarks());
    }

    [Fact]
    public async Task A_unit_that_another_process_has_released_stays_away_when_access_changes()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var (worker, other) = (_array.Export(daemon), _array.Export(daemon));
        var element = _array.Create("db01");
        Grant(worker, element, Host1);
        using (_array.Locks.TryTake(element))
        {
            using (worker.Release([(element, "db01")], evenInUse: true, Token))
            {
                other.FollowAccess(_array.SetInitiators(element, Host1, Host2), [Host2], null, Token);
                other.EnsureCurrent(Token);
                Assert.Empty(other.GetDifferences(null, Token));
                var target = Assert.Single(daemon.GetTargets());
                Assert.Empty(target.Units);
                Assert.Equal([Host1, Host2], target.Initiators.Order(StringComparer.Ordinal));
            }

            Assert.Single(Assert.Single(daemon.GetTargets()).Units);
        }
    }

    [Fact]
    public async Task Where_a_process_hangs_at_a_target_an_initiator_that_is_added_gets_in_later_and_one_that_is_removed_is_an_error()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var export = _array.Export(daemon);
        var (stuck, free) = (_array.Create("stuck"), _array.Create("free"));
        Grant(export, stuck, Host1);
        Grant(export, free, Host1);
        using (export.LockAccess(stuck, "stuck", isNew: false, Token))
        {
            export.FollowAccess(_array.SetInitiators([stuck, free], Host1, Host2), [Host2], null, Token);
            Assert.Equal([1, 2], daemon.GetTargets().Select(target => target.Initiators.Count).Order());
            var error = Assert.Throws<StorageElementBusyException>(() => export.FollowAccess(_array.SetInitiators([stuck, free], Host2), [Host1], null, Token));
            Assert.Equal("AccessNotWithdrawn", error.ErrorId);
            Assert.Contains($"{Host1} may still use 'stuck'", error.Message, StringComparison.Ordinal);
            Assert.Throws<StorageElementBusyException>(() => export.LockAccess(stuck, "stuck", isNew: false, Token));
        }

        export.EnsureCurrent(Token);
        Assert.All(daemon.GetTargets(), target => Assert.Equal([Host2], target.Initiators));
        Assert.Empty(_array.ReadMarks());
    }

    [Fact]
    public async Task A_change_that_is_recorded_waits_for_seconds_at_most_for_a_process_that_hangs_at_a_target()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        using var array = new MemoryArray(lockTimeout: TimeSpan.FromHours(1));
        var (export, hanging) = (array.Export(daemon), array.Export(daemon));
        var element = array.Create("db01");
        export.FollowAccess(array.SetInitiators(element, Host1), [Host1], null, Token);
        using (hanging.LockAccess(element, "db01", isNew: false, Token))
        {
            await Task.Run(() => export.FollowAccess(array.SetInitiators(element, Host1, Host2), [Host2], null, Token), Token).WaitAsync(Soon, Token);
            await Task.Run(() => export.Follow(array.SetInitiators(element, Host1, Host2), Token), Token).WaitAsync(Soon, Token);
            Assert.Equal([Host1], Assert.Single(daemon.GetTargets()).Initiators);
        }

        export.EnsureCurrent(Token);
        Assert.Equal(2, Assert.Single(daemon.GetTargets()).Initiators.Count);
        Assert.Empty(array.ReadMarks());
    }

    [Fact]
    public async Task Granting_many_elements_to_a_second_group_lists_the_daemon_s_targets_once_and_revoking_them_not_at_all()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var first = _array.Export(daemon);
        var elements = Enumerable.Range(0, Many).Select(i => _array.Create($"db{i}")).ToList();
        elements.ForEach(element => Grant(first, element, Host1));

        // A process that knows no target yet, several calls at a time.
        var export = _array.Export(daemon);
        _array.Requests.Clear();
        Parallel.ForEach(elements, new ParallelOptions { MaxDegreeOfParallelism = 8 }, element => Change(export, element, Host2, Host1, Host2));
        Assert.All(daemon.GetTargets(), target => Assert.Equal(2, target.Initiators.Count));
        Assert.Equal(
            (1, Many, 0),
            (_array.Count(nameof(ITargetDaemon.GetTargets)), _array.Count(nameof(ITargetDaemon.Allow)), _array.Count(nameof(ITargetDaemon.Create))));

        _array.Requests.Clear();
        Parallel.ForEach(elements, new ParallelOptions { MaxDegreeOfParallelism = 8 }, element => Change(export, element, Host2, Host1));
        Assert.All(daemon.GetTargets(), target => Assert.Equal([Host1], target.Initiators));
        Assert.Equal((0, Many), (_array.Count(nameof(ITargetDaemon.GetTargets)), _array.Count(nameof(ITargetDaemon.Deny))));
        Assert.Empty(_array.ReadMarks());
    }

    [Fact]
    public async Task A_new_member_of_a_group_costs_one_request_for_each_presented_element()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var export = _array.Export(daemon);
        var elements = Enumerable.Range(0, Many).Select(i => _array.Create($"db{i}")).ToList();
        elements.ForEach(element => Grant(export, element, Host1));
        _array.Requests.Clear();
        export.FollowAccess(_array.SetInitiators(elements, Host1, Host2), [Host2], null, Token);
        Assert.All(daemon.GetTargets(), target => Assert.Equal(2, target.Initiators.Count));
        Assert.Equal(Enumerable.Repeat(nameof(ITargetDaemon.Allow), Many), _array.Requests);
    }

    [Fact]
    public async Task What_somebody_changed_by_hand_is_the_same_difference_for_every_process_until_it_is_repaired_on_request()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var export = _array.Export(daemon);
        var element = _array.Create("db01");
        Grant(export, element, Host1);
        daemon.Adm("--mode", "target", "--op", "bind", "--tid", Number(daemon), "--initiator-address", "ALL");
        foreach (var process in new[] { export, _array.Export(daemon), _array.Export(daemon) })
        {
            Assert.Equal("'db01' is open to 'ALL'", Assert.Single(process.GetDifferences(null, Token)));
        }

        // Changes of the array's own touch what they are about.
        export.FollowAccess(_array.SetInitiators(element, Host1, Host2), [Host2], null, Token);
        Assert.Equal(["ALL"], Assert.Single(daemon.GetTargets()).Addresses);
        _array.Export(daemon).Repair(Token);
        Assert.Empty(Assert.Single(daemon.GetTargets()).Addresses);
    }

    [Fact]
    public async Task A_target_that_bears_an_element_s_name_but_serves_other_storage_is_never_changed()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        using var original = new MemoryArray();
        var export = _array.Export(daemon);
        var element = _array.Create("db01");

        // The original of a copied array, say: same names, other files.
        var other = original.Create("other");
        daemon.Adm("--mode", "target", "--op", "new", "--tid", "7", "--targetname", Assert.Single(export.GetAddresses(element)).TargetName);
        daemon.Adm("--mode", "logicalunit", "--op", "new", "--tid", "7", "--lun", "1", "--backing-store", original.PathOf(other));
        daemon.Adm("--mode", "target", "--op", "bind", "--tid", "7", "--initiator-name", Host2);

        var error = Assert.ThrowsAny<StorageConnectException>(() => Grant(export, element, Host1));
        Assert.Contains("serves other storage", error.Message, StringComparison.Ordinal);
        Assert.Contains("serves other storage", Assert.Single(export.GetDifferences(null, Token)), StringComparison.Ordinal);
        export.Repair(Token);
        export.FollowAccess(_array.SetInitiators(element), [Host1], null, Token);
        var left = daemon.GetTargets().Single(target => target.Number == 7);
        Assert.Equal([Host2], left.Initiators);
        Assert.Single(left.Units);
    }

    [Fact]
    public async Task After_a_restart_an_element_that_can_t_be_served_keeps_nobody_from_the_others()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var export = _array.Export(daemon);
        var (lost, other) = (_array.Create("lost"), _array.Create("other"));
        Grant(export, lost, Host1);
        Grant(export, other, Host1);
        await daemon.KillAsync();
        File.Delete(_array.PathOf(lost));
        await daemon.RunAsync();
        export.EnsureCurrent(Token);
        Assert.Contains(daemon.GetTargets(), target => target.Name.EndsWith(other, StringComparison.Ordinal) && target.Units.Count == 1);
        Assert.Equal("'lost' has no target", Assert.Single(export.GetDifferences(null, Token)));
        Grant(export, _array.Create("third"), Host1);
        Assert.Throws<ArrayUnreachableException>(() => export.Repair(Token));
    }

    [Fact]
    public async Task After_a_restart_an_element_that_can_t_be_served_for_a_moment_is_served_by_a_later_use()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var export = _array.Export(daemon);
        var element = _array.Create("db01");
        Grant(export, element, Host1);
        await daemon.KillAsync();
        File.Move(_array.PathOf(element), _array.PathOf(element) + ".away");
        await daemon.RunAsync();
        export.EnsureCurrent(Token);
        Assert.Equal("'db01' has no target", Assert.Single(export.GetDifferences(null, Token)));

        File.Move(_array.PathOf(element) + ".away", _array.PathOf(element));
        export.EnsureCurrent(Token);
        Assert.Single(Assert.Single(daemon.GetTargets()).Units);
        Assert.Empty(export.GetDifferences(null, Token));
        Assert.Empty(_array.ReadMarks());
    }

    [Fact]
    public async Task A_portal_that_can_t_be_bound_is_a_difference_and_the_others_serve_everything()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var export = _array.Export(daemon, isNew: true, daemon.FirstPortal, daemon.SecondPortal);
        Grant(export, _array.Create("db01"), Host1);
        await daemon.KillAsync();
        using (var other = new TcpListener(IPEndPoint.Parse(daemon.SecondPortal)))
        {
            other.Start();
            await daemon.RunAsync();
            export.EnsureCurrent(Token);
            Assert.Single(Assert.Single(daemon.GetTargets()).Units);
            var later = _array.Export(daemon, isNew: false, daemon.FirstPortal, daemon.SecondPortal);
            Assert.Equal($"tgtd does not listen at {daemon.SecondPortal}", Assert.Single(later.GetDifferences(null, Token)));

            // It is an error of the calls that ask for this portal.
            Assert.Equal("PortalNotPossible", Assert.Throws<ArrayUnreachableException>(() => later.Repair(Token)).ErrorId);
            Assert.Equal("PortalNotPossible", Assert.Throws<ArrayUnreachableException>(
                () => _array.Export(daemon, isNew: true, daemon.FirstPortal, daemon.SecondPortal)).ErrorId);
        }

        // A process that another test begins at this moment has a copy of the listener until it executes its program.
        var backoff = new Backoff(FreeWithin);
        while (Record.Exception(() => export.Repair(Token)) is { } failure)
        {
            Assert.Equal("PortalNotPossible", Assert.IsType<ArrayUnreachableException>(failure).ErrorId);
            Assert.True(await backoff.WaitAsync(Token), failure.Message);
        }

        Assert.Empty(export.GetDifferences(null, Token));
    }

    [Fact]
    public async Task A_change_to_another_daemon_that_is_not_recorded_leaves_the_first_with_all_its_targets_after_the_next_use()
    {
        await using var first = await TgtDaemon.StartAsync();
        await using var second = await TgtDaemon.StartAsync();
        var export = _array.Export(first);
        Grant(export, _array.Create("db01"), Host1);
        _array.IsFull = true;
        Assert.Throws<IOException>(() => _array.Export(second));
        _array.IsFull = false;
        export.EnsureCurrent(Token);
        Assert.Single(Assert.Single(first.GetTargets()).Units);
        Assert.Empty(second.GetTargets());
    }

    [Fact]
    public async Task A_known_target_that_somebody_removed_is_made_again_by_the_next_change_of_the_element()
    {
        await using var daemon = await TgtDaemon.StartAsync();
        var export = _array.Export(daemon);
        var element = _array.Create("db01");
        Grant(export, element, Host1);
        daemon.Adm("--mode", "target", "--op", "delete", "--tid", Number(daemon));
        export.FollowAccess(_array.SetInitiators(element, Host1, Host2), [Host2], null, Token);
        Assert.Equal([Host1, Host2], Assert.Single(daemon.GetTargets()).Initiators.Order(StringComparer.Ordinal));
    }

    private static string Number(TgtDaemon daemon) => Assert.Single(daemon.GetTargets()).Number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void Grant(TargetExport export, string element, params string[] initiators)
    {
        using var locks = export.LockAccess(element, element, isNew: true, Token);
        export.FollowAccess(_array.SetInitiators(element, initiators), initiators, locks, Token);
    }

    private void Change(TargetExport export, string element, string changed, params string[] initiators)
    {
        using var locks = export.LockAccess(element, element, isNew: false, Token);
        export.FollowAccess(_array.SetInitiators(element, initiators), [changed], locks, Token);
    }
}
