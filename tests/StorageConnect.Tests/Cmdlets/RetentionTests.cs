using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>What a retention lets go: decided by when snapshots were made, per element, in whatever order the array lists them.</summary>
[Collection(ModuleSessions.Name)]
public sealed class RetentionTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private readonly RecordingSession _session = new();
    private readonly StorageElement _a;
    private readonly StorageElement _b;

    public RetentionTests()
    {
        _a = _session.Create("a");
        _b = _session.Create("b");
    }

    public static TheoryData<int[]> Orders => [new[] { 1, 2, 3, 4 }, new[] { 4, 3, 2, 1 }, new[] { 2, 4, 1, 3 }, new[] { 3, 1, 4, 2 }];

    [Theory]
    [MemberData(nameof(Orders))]
    public void The_newest_stay_in_whatever_order_they_are_listed(int[] days)
    {
        foreach (var day in days)
        {
            Snap(_a, $"a{day}", Now.AddDays(-day));
        }

        Assert.Equal(["a4", "a3"], Chosen("Get-OscSnapshot -KeepLast 2"));
        Assert.Equal(["a4", "a3"], Chosen("$a | Get-OscSnapshot -KeepLast 2"));
        Assert.Equal(["a4", "a3"], Chosen("Get-OscSnapshot a* | Get-OscSnapshot -KeepLast 2"));
        Assert.Equal(["a4"], Chosen("Get-OscSnapshot -OlderThan 3.12:00:00"));
        Assert.Equal(["a4", "a3", "a2"], Chosen("Get-OscSnapshot -OlderThan ([DateTimeOffset]::UtcNow.AddDays(-1.5))"));
        Assert.Equal(["a4"], Chosen("Get-OscSnapshot -OlderThan (New-Object TimeSpan 0, 1, 0) -KeepLast 3"));
    }

    [Fact]
    public void Each_element_keeps_its_own()
    {
        Snap(_a, "a1", Now.AddDays(-9));
        Snap(_a, "a2", Now.AddDays(-8));
        Snap(_b, "b1", Now.AddDays(-2));
        Snap(_b, "b2", Now.AddDays(-1));

        Assert.Equal(["a1", "b1"], Chosen("Get-OscSnapshot -KeepLast 1"));
    }

    [Fact]
    public void A_snapshot_of_several_stays_while_one_of_them_needs_it()
    {
        var both = _session.Module.Get<StorageElement>("$a, $b | New-OscSnapshot -Group -SnapshotName both", ("a", _a), ("b", _b))[0];
        _session.Array.Contents.Put(both with { CreatedAt = Now.AddDays(-5) });
        Snap(_a, "a1", Now.AddDays(-1));

        Assert.Empty(Chosen("$a | Get-OscSnapshot -KeepLast 1"));
        Snap(_b, "b1", Now.AddDays(-1));
        Assert.Equal(["both"], Chosen("$a | Get-OscSnapshot -KeepLast 1"));
    }

    [Theory]
    [InlineData("Get-OscSnapshot nightly* -KeepLast 2")]
    [InlineData("Get-OscSnapshot nightly* | Get-OscSnapshot -KeepLast 2")]
    [InlineData("'nightly0', 'nightly1', 'nightly2', 'nightly3' | Get-OscSnapshot -KeepLast 2")]
    [InlineData("Get-OscSnapshot -Uuid (Get-OscSnapshot nightly*).Uuid -KeepLast 2")]
    [InlineData("$a | Get-OscSnapshot nightly* -KeepLast 2")]
    [InlineData("$a | Get-OscSnapshot -Uuid (Get-OscSnapshot nightly*).Uuid -KeepLast 2")]
    public void Of_those_that_were_chosen_the_newest_stay_though_one_is_of_several_and_others_are_newer(string script)
    {
        Snap(_a, "nightly0", Now.AddDays(-9));
        var both = _session.Module.Get<StorageElement>("$a, $b | New-OscSnapshot -Group -SnapshotName nightly1", ("a", _a), ("b", _b))[0];
        _session.Array.Contents.Put(both with { CreatedAt = Now.AddDays(-8) });
        Snap(_a, "nightly2", Now.AddDays(-7));
        Snap(_a, "nightly3", Now.AddDays(-6));
        Snap(_a, "manual1", Now.AddDays(-2));
        Snap(_a, "manual2", Now.AddDays(-1));
        Snap(_b, "manual3", Now.AddDays(-2));
        Snap(_b, "manual4", Now.AddDays(-1));

        Assert.Equal(["nightly0"], Chosen(script));
    }

    [Fact]
    public void What_has_no_time_or_one_in_the_future_counts_as_the_newest_and_is_told()
    {
        Snap(_a, "future", Now.AddYears(15));
        Snap(_a, "timeless", null);
        Snap(_a, "a1", Now.AddDays(-1));
        Snap(_a, "a2", Now);

        var outcome = _session.Module.Invoke("Get-OscSnapshot -KeepLast 3");

        Assert.Equal(["a1"], outcome.Succeeds().Select(snapshot => ((StorageElement)snapshot).Name));
        Assert.Equal(2, outcome.Warnings.Count);
        Assert.Equal(["a1"], Chosen("Get-OscSnapshot -OlderThan 0.00:30:00"));
    }

    [Fact]
    public void Of_equal_times_the_last_names_stay()
    {
        Snap(_a, "s2", Now.AddDays(-1));
        Snap(_a, "s1", Now.AddDays(-1));
        Snap(_a, "s3", Now.AddDays(-1));

        Assert.Equal(["s1", "s2"], Chosen("Get-OscSnapshot -KeepLast 1"));
    }

    [Fact]
    public void A_name_narrows_what_counts()
    {
        Snap(_a, "nightly1", Now.AddDays(-3));
        Snap(_a, "nightly2", Now.AddDays(-2));
        Snap(_a, "by-hand", Now.AddDays(-1));

        Assert.Equal(["nightly1"], Chosen("Get-OscSnapshot nightly* -KeepLast 1"));
    }

    [Theory]
    [InlineData("Get-OscSnapshot -KeepLast 0")]
    [InlineData("Get-OscSnapshot -OlderThan soon")]
    [InlineData("Get-OscSnapshot -OlderThan 14")]
    [InlineData("Get-OscSnapshot -OlderThan $null")]
    [InlineData("Get-OscSnapshot -OlderThan -1.23:00:00")]
    [InlineData("Get-OscSnapshot -OlderThan '-14.00:00:00'")]
    [InlineData("Get-OscSnapshot -OlderThan ' -7.00:00:00'")]
    [InlineData("Get-OscSnapshot -OlderThan '-00:00:01'")]
    [InlineData("Get-OscSnapshot -OlderThan '-7'")]
    [InlineData("Get-OscSnapshot -OlderThan ([TimeSpan]::FromSeconds(-1))")]
    [InlineData("Get-OscSnapshot -OlderThan ([DateTime]::Now.AddDays(3))")]
    [InlineData("Get-OscSnapshot -OlderThan ([DateTimeOffset]::UtcNow.AddDays(3))")]
    [InlineData("Get-OscSnapshot -OlderThan ([DateTime]::Now.AddDays(3).ToString('s'))")]
    public void A_limit_that_can_not_be_is_an_error(string script)
    {
        Snap(_a, "a1", Now.AddDays(-1));

        var outcome = _session.Invoke(script);

        Assert.NotEmpty(outcome.Errors);
        Assert.Empty(outcome.Output);
    }

    [Theory]
    [InlineData("-14.00:00:00")]
    [InlineData("2999-12-31")]
    public void A_moment_in_the_future_is_an_error_that_names_the_parameter_the_value_and_the_way_out(string given)
    {
        var error = Assert.Single(_session.Invoke("Get-OscSnapshot -OlderThan $given", ("given", given)).Errors);

        Assert.Contains("'OlderThan'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{given}' is in the future", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("(New-TimeSpan -Days 14)", error.Exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _session.Dispose();

    private void Snap(StorageElement element, string name, DateTimeOffset? moment) =>
        _session.Array.Contents.Put(_session.Snapshot(element, name) with { CreatedAt = moment });

    private IEnumerable<string> Chosen(string script) =>
        _session.Module.Invoke(script, ("a", _a)).Succeeds().Select(snapshot => ((StorageElement)snapshot).Name);
}
