using StorageConnect.Tests.Cmdlets;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.MainJob;

/// <summary>The runbooks that people copy do what they say, with no more than PowerShell's engine. The stories in tests/Acceptance tell more of each.</summary>
[Collection(ModuleSessions.Name)]
public sealed class RunbookTests : IDisposable
{
    private readonly ModuleSession _session = new();
    private readonly List<string> _pools = [];

    public static TheoryData<string> Runbooks =>
        [.. Directory.GetFiles(Path.Combine(StagedModule.Root, "docs", "runbooks"), "*.ps1").Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [InlineData(PoolKind.Copy)]
    [InlineData(PoolKind.Xfs)]
    public void The_nightly_snapshot_keeps_the_newest_and_what_is_not_its_own(PoolKind kind)
    {
        Prepare(kind);

        var made = Names("1..3 | ForEach-Object { & $runbook db* -Keep 2 -AllowOffline } | ForEach-Object Snapshot", "New-NightlySnapshot");

        Assert.Equal(6, made.Count);
        Assert.Equal(made.Skip(2).Order(StringComparer.Ordinal), Names("Get-OscSnapshot | ForEach-Object Name").Order(StringComparer.Ordinal));
        Assert.Equal(["Online", "Online"], Names("Get-OscStorageElement | ForEach-Object { [string] $_.State }"));
    }

    [Fact]
    public void An_element_that_two_names_match_gets_one_nightly_snapshot()
    {
        Prepare(PoolKind.Copy);

        Assert.Equal(["db01", "db02"], Names("& $runbook db01, db* -AllowOffline | ForEach-Object Element", "New-NightlySnapshot"));

        Assert.Equal(2, Names("Get-OscSnapshot | ForEach-Object Name").Count);
    }

    [Theory]
    [InlineData("New-NightlySnapshot", "db* -AllowOffline")]
    [InlineData("Update-TestClone", "db01 db01-test test-hosts -AllowOffline -Confirm:$false")]
    [InlineData("Remove-RetiredElement", "db* -Confirm:$false")]
    public void A_server_that_was_never_set_is_an_error_and_does_not_mean_all(string runbook, string arguments)
    {
        Prepare(PoolKind.Copy);

        foreach (var empty in new[] { "$neverSet", "''" })
        {
            var outcome = _session.Invoke($"& $runbook {arguments} -StorageServer {empty}", ("runbook", Runbook(runbook)));

            Assert.Contains("'StorageServer'", Assert.Single(outcome.Errors).Exception.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["db01 Online hosts-a", "db02 Online "], Elements());
        Assert.Empty(Names("Get-OscSnapshot | ForEach-Object Name"));
    }

    [Fact]
    public void The_nightly_snapshot_fails_when_one_element_failed_and_goes_on_with_the_others()
    {
        Prepare(PoolKind.Copy);
        Assert.Empty(Names("Disable-OscStorageElement db02 -Confirm:$false"));

        var outcome = _session.Invoke("& $runbook db*", ("runbook", Runbook("New-NightlySnapshot")));

        Assert.Contains(outcome.Errors, error =>
            error.Exception.Message.StartsWith("'lab' makes snapshots of offline elements only. Unmount 'db01'", StringComparison.Ordinal));
        Assert.StartsWith("1 of the servers or elements have no new snapshot", outcome.Errors[^1].Exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("db02.nightly.", Assert.Single(Names("Get-OscSnapshot | ForEach-Object Name")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PoolKind.Copy)]
    [InlineData(PoolKind.Xfs)]
    public void The_test_copy_is_exchanged_and_production_stays_as_it_is(PoolKind kind)
    {
        Prepare(kind);
        const string refresh = "& $runbook db01 db01-test test-hosts -AllowOffline -Confirm:$false | ForEach-Object Name";

        var first = Assert.Single(Names(refresh, "Update-TestClone"));
        var second = Assert.Single(Names(refresh, "Update-TestClone"));

        Assert.NotEqual(first, second);
        Assert.Equal(["db01 Online hosts-a", $"{second} Online test-hosts", "db02 Online "], Elements());
    }

    [Fact]
    public void The_old_test_copy_stays_when_its_hosts_do_not_let_go_of_it()
    {
        Prepare(PoolKind.Copy);
        var old = Assert.Single(Names("& $runbook db01 db01-test test-hosts -AllowOffline -Confirm:$false | ForEach-Object Name", "Update-TestClone"));

        var outcome = _session.Invoke(
            "& $runbook db01 db01-test test-hosts -AllowOffline -Confirm:$false -BeforeSwap { throw 'the database does not stop' }",
            ("runbook", Runbook("Update-TestClone")));

        Assert.Equal("the database does not stop", Assert.Single(outcome.Errors).Exception.Message);
        Assert.Equal(["db01 Online hosts-a", $"{old} Online test-hosts", "db02 Online "], Elements());
    }

    [Fact]
    public void A_retired_element_is_out_of_sight_first_and_removed_only_later()
    {
        Prepare(PoolKind.Copy);
        var early = _session.Invoke("& $runbook db01 -Permanently -Confirm:$false", ("runbook", Runbook("Remove-RetiredElement")));
        Assert.StartsWith("'db01' is Online and presented to 1 groups", early.Errors[0].Exception.Message, StringComparison.Ordinal);

        Assert.Equal(["Retired hosts-a"], Names("& $runbook db01 -Confirm:$false | ForEach-Object { \"$($_.State) $($_.AccessGroup)\" }",
            "Remove-RetiredElement"));
        Assert.Equal(["db01 Offline ", "db02 Online "], Elements());

        Assert.Equal(["Removed"], Names("& $runbook db01 -Permanently -Confirm:$false | ForEach-Object State", "Remove-RetiredElement"));
        Assert.Equal(["db02 Online "], Elements());
    }

    [Fact]
    public void An_element_that_is_open_is_not_retired_and_keeps_its_groups()
    {
        Prepare(PoolKind.Copy);
        var path = Assert.Single(Names("(Update-OscStorageElement db01).DevicePaths"));
        using var open = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        var outcome = _session.Invoke("& $runbook db01 -Confirm:$false", ("runbook", Runbook("Remove-RetiredElement")));

        Assert.StartsWith("StorageElementInUse,", outcome.Errors[0].FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("1 of the servers or elements failed", outcome.Errors[^1].Exception.Message, StringComparison.Ordinal);
        Assert.Equal(["db01 Online hosts-a", "db02 Online "], Elements());
    }

    [Fact]
    public void The_snapshots_of_a_retired_element_stay_while_the_element_can_not_be_removed()
    {
        Prepare(PoolKind.Copy);
        Assert.Equal(["Retired"], Names("& $runbook db02 -Confirm:$false | ForEach-Object State", "Remove-RetiredElement"));
        var uuid = Assert.Single(Names("$null = New-OscSnapshot db02 -SnapshotName last-state; (Get-OscStorageElement db02).Uuid"));
        const string removal = "& $runbook db02 -Permanently -IncludeSnapshot -Confirm:$false | ForEach-Object State";
        using (new FileStream(Path.Combine(_pools[^1], "offline", uuid), FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            var outcome = _session.Invoke(removal, ("runbook", Runbook("Remove-RetiredElement")));

            Assert.StartsWith("StorageElementInUse,", outcome.Errors[0].FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Equal(["last-state"], Names("Get-OscSnapshot | ForEach-Object Name"));
        }

        Assert.Equal(["Removed"], Names(removal, "Remove-RetiredElement"));
        Assert.Empty(Names("Get-OscSnapshot | ForEach-Object Name"));
    }

    [Fact]
    public void What_is_in_use_is_not_promised_to_be_removed()
    {
        Prepare(PoolKind.Copy);

        var outcome = _session.Invoke("& $runbook db01 -Permanently -WhatIf", ("runbook", Runbook("Remove-RetiredElement")));

        Assert.StartsWith("'db01' is Online and presented to 1 groups", outcome.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("New-NightlySnapshot", "db* -Keep 1 -AllowOffline")]
    [InlineData("Update-TestClone", "db01 db01-test test-hosts -AllowOffline")]
    [InlineData("Remove-RetiredElement", "db*")]
    public void None_changes_anything_under_WhatIf(string runbook, string arguments)
    {
        Prepare(PoolKind.Copy);

        Assert.Empty(Names($"& $runbook {arguments} -WhatIf", runbook));

        Assert.Equal(["db01 Online hosts-a", "db02 Online "], Elements());
        Assert.Empty(Names("Get-OscSnapshot | ForEach-Object Name"));
    }

    [Theory]
    [MemberData(nameof(Runbooks))]
    public void Each_has_help_with_two_examples_and_a_word_on_every_parameter(string file)
    {
        var missing = _session.Get<string>(
            """
            $help = Get-Help $file
            if (-not $help.Synopsis -or -not $help.Description) { 'synopsis or description' }
            if (@($help.Examples.Example).Count -lt 2) { 'two examples' }
            foreach ($parameter in $help.Parameters.Parameter) {
                if (-not $parameter.Description -and $parameter.Name -notin 'WhatIf', 'Confirm') { $parameter.Name }
            }
            """,
            ("file", Path.Combine(StagedModule.Root, "docs", "runbooks", file)));

        Assert.Empty(missing);
    }

    public void Dispose()
    {
        _session.Dispose();
        _pools.ForEach(pool => Directory.Delete(pool, recursive: true));
    }

    private static string Runbook(string name) => Path.Combine(StagedModule.Root, "docs", "runbooks", name + ".ps1");

    private void Prepare(PoolKind kind)
    {
        var pool = LoopMounts.NewFolder(kind);
        _pools.Add(pool);
        var outcome = _session.Invoke(
            """
            $null = Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
            $null = New-OscStorageElement -Name db01, db02 -Size 8MB
            $null = New-OscAccessGroup -Name hosts-a -Initiator 50:01:43:80:12:34:56:78
            $null = New-OscAccessGroup -Name test-hosts -Initiator 50:01:43:80:12:34:56:79
            Grant-OscStorageElementAccess db01 hosts-a
            """,
            ("pool", pool));
        Assert.Empty(outcome.Succeeds());
    }

    private IReadOnlyList<string> Elements() =>
        [.. Names("Get-OscStorageElement | ForEach-Object { \"$_ $($_.State) $($_.AccessGroupNames)\" }").Order(StringComparer.Ordinal)];

    private IReadOnlyList<string> Names(string script, string? runbook = null) =>
        _session.Get<string>(script, ("runbook", runbook is null ? null : Runbook(runbook)));
}
