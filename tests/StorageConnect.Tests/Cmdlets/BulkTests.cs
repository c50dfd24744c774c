using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Many changes in one command: made at the same time where the array gains by it, and reported in the order of the input.</summary>
[Collection(ModuleSessions.Name)]
public sealed class BulkTests : IDisposable
{
    private readonly ModuleSession _session = new();
    private readonly string _pool = LoopMounts.NewFolder(PoolKind.Xfs);

    public BulkTests() => _session.Invoke(
        "$null = Register-OscStorageServer lab -Plugin Local -StorageType SAN -ExtraInfo \"Pool=$pool\"", ("pool", _pool)).Succeeds();

    [Theory]
    [InlineData("New-OscStorageElement (1..100 | ForEach-Object { \"v$_\" }) -Size 1MB")]
    [InlineData("1..100 | ForEach-Object { \"v$_\" } | New-OscStorageElement -Size 1MB")]
    [InlineData("1..100 | ForEach-Object { [pscustomobject]@{ Name = \"v$_\"; Size = '1MB' } } | New-OscStorageElement")]
    public void Results_come_in_the_order_of_what_was_asked_for(string script)
    {
        var made = _session.Get<StorageElement>(script);

        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"v{i}"), made.Select(element => element.Name));
        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"v{i}-s"),
            _session.Get<StorageElement>("$made | ForEach-Object { $_ | New-OscSnapshot -SnapshotName \"$($_.Name)-s\" }", ("made", made))
                .Select(element => element.Name));
        Assert.Equal(made.Select(element => element.Uuid),
            _session.Get<StorageElement>("$made | Invoke-OscClone", ("made", made)).Select(element => element.SourceUuids[0]));
        Assert.Equal(made.Select(element => element.Uuid),
            _session.Get<StorageElement>("$made | New-OscSnapshot", ("made", made)).Select(element => element.SourceUuids[0]));
        _session.Invoke("Get-OscSnapshot | Remove-OscSnapshot -Confirm:$false; Get-OscStorageElement | Remove-OscStorageElement -Confirm:$false").Succeeds();
        Assert.Empty(_session.Get<StorageElement>("Get-OscStorageElement; Get-OscSnapshot"));
    }

    [Fact]
    public void Each_failure_is_its_own_and_is_about_what_was_given()
    {
        _session.Invoke("New-OscStorageElement v2, v5 -Size 1MB").Succeeds();

        var outcome = _session.Invoke("'v1', 'v2', 'v3', 'v4', 'v5', 'v6' | New-OscStorageElement -Size 1MB");

        Assert.Equal(["v1", "v3", "v4", "v6"], outcome.Output.Select(item => ((StorageElement)item.BaseObject).Name));
        Assert.Equal(["v2", "v5"], outcome.Errors.Select(error => error.TargetObject));
        Assert.All(outcome.Errors, error => Assert.StartsWith("StorageElementExists,", error.FullyQualifiedErrorId, StringComparison.Ordinal));

        var removed = _session.Invoke("'v1', 'none', 'v3' | Remove-OscStorageElement -Confirm:$false");

        Assert.Equal("none", removed.Error("StorageElementNotFound").TargetObject);
        Assert.Equal(["v2", "v4", "v5", "v6"],
            _session.Get<StorageElement>("Get-OscStorageElement").Select(element => element.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_named_twice_is_done_once_and_refused_the_second_time()
    {
        var outcome = _session.Invoke("New-OscStorageElement a, b, a -Size 1MB");

        Assert.Equal(["a", "b"], outcome.Output.Select(item => ((StorageElement)item.BaseObject).Name));
        outcome.Error("StorageElementExists");
        _session.Invoke("$a = Get-OscStorageElement a; $a, $a | Remove-OscStorageElement -Confirm:$false").Error("StorageElementNotFound");
        Assert.Equal(2, _session.Get<StorageElement>("'b', 'b' | New-OscSnapshot").Count);
    }

    [Fact]
    public void With_the_error_action_Stop_all_that_was_made_is_told_before_the_error()
    {
        _session.Invoke("New-OscStorageElement v5 -Size 1MB").Succeeds();

        var outcome = _session.Invoke(
            "$made = [Collections.Generic.List[object]]::new(); " +
            "try { 1..80 | ForEach-Object { \"v$_\" } | New-OscStorageElement -Size 1MB -ErrorAction Stop | ForEach-Object { $made.Add($_) } } " +
            "catch { \"$($_.TargetObject)\" }; $made.Name");

        Assert.Equal("v5", outcome.Output[0].BaseObject);
        Assert.Equal(
            _session.Get<StorageElement>("Get-OscStorageElement").Select(element => element.Name).Except(["v5"]).Order(StringComparer.Ordinal),
            outcome.Output.Skip(1).Select(item => (string)item.BaseObject).Order(StringComparer.Ordinal));
        Assert.InRange(outcome.Output.Count, 5, 40);
    }

    [Theory]
    [InlineData("'v1', 'v2', 'none', 'v4' | New-OscSnapshot -ErrorAction Stop")]
    [InlineData("New-OscSnapshot v1, v2, none, v4 -ErrorAction Stop")]
    [InlineData("'v1', 'v2', 'none', 'v4' | Invoke-OscClone -ErrorAction Stop")]
    public void With_the_error_action_Stop_what_was_begun_before_the_error_is_done_and_told(string script)
    {
        _session.Invoke("New-OscStorageElement v1, v2, v4 -Size 1MB").Succeeds();

        var outcome = _session.Invoke(
            "$made = [Collections.Generic.List[object]]::new(); " +
            $"try {{ {script} | ForEach-Object {{ $made.Add($_) }} }} catch {{ \"$($_.TargetObject)\" }}; $made");

        Assert.Equal("none", outcome.Output[0].BaseObject);
        var made = outcome.Output.Skip(1).Select(item => (StorageElement)item.BaseObject).ToList();
        Assert.Equal(["v1", "v2"], made.Select(copy => _session.Get<StorageElement>("Get-OscStorageElement $uuid", ("uuid", copy.SourceUuids[0]))[0].Name));
        Assert.Equal(made.Select(copy => copy.Uuid).Order(StringComparer.Ordinal),
            _session.Get<StorageElement>("Get-OscSnapshot; Get-OscClone").Select(copy => copy.Uuid).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Stopped_in_the_middle_whole_elements_are_left()
    {
        var token = TestContext.Current.CancellationToken;
        var begun = Task.Run(
            async () =>
            {
                while (!Directory.EnumerateFiles(Path.Combine(_pool, "volumes")).Any())
                {
                    await Task.Delay(1, token);
                }
            },
            token);
        await _session.StopAsync("1..5000 | ForEach-Object { \"v$_\" } | New-OscStorageElement -Size 1MB", begun);
        await NoneIsInTheMakingAsync();
        var made = _session.Get<StorageElement>("Get-OscStorageElement");
        Assert.InRange(made.Count, 0, 4999);
        Assert.Equal(made.Select(element => element.Uuid).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(Path.Combine(_pool, "volumes")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(_session.Get<StorageElement>(
            "1..3 | ForEach-Object { \"w$_\" } | New-OscStorageElement -Size 1MB | Remove-OscStorageElement -Confirm:$false"));
    }

    [Fact]
    public async Task A_pipeline_that_wants_no_more_leaves_whole_elements()
    {
        Assert.Single(_session.Get<StorageElement>("1..100 | ForEach-Object { \"v$_\" } | New-OscStorageElement -Size 1MB | Select-Object -First 1"));

        await NoneIsInTheMakingAsync();
        Assert.Equal(_session.Get<StorageElement>("Get-OscStorageElement").Select(element => element.Uuid).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(Path.Combine(_pool, "volumes")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    // On a slow disk some are taken back after the command's end.
    private async Task NoneIsInTheMakingAsync()
    {
        var backoff = new Backoff(TimeSpan.FromMinutes(1));
        while (Directory.EnumerateFiles(Path.Combine(_pool, "making")).Any())
        {
            Assert.True(await backoff.WaitAsync(TestContext.Current.CancellationToken), "Files of elements that were not made are left.");
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        Directory.Delete(_pool, recursive: true);
    }
}
