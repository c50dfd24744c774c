using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Names that overlap mean each object once: what follows in the pipeline would work on it twice.</summary>
[Collection(ModuleSessions.Name)]
public sealed class OverlappingNameTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly StorageElement _db01;

    public OverlappingNameTests()
    {
        _db01 = _session.Create("db01");
        _session.Create("db02");
        _session.Snapshot(_db01, "s1");
        _session.Snapshot(_db01, "s2");
        _session.Clone(_db01, "c1");
        _session.Group("web1");
        _session.Group("web2");
    }

    [Theory]
    [InlineData("Get-OscStorageElement db01, db*", "db01", "db02")]
    [InlineData("Get-OscStorageElement db*, *2, db02, db02", "db01", "db02")]
    [InlineData("Get-OscStorageElement $db01.Uuid, db*", "db01", "db02")]
    [InlineData("Get-OscSnapshot s1, s*", "s1", "s2")]
    [InlineData("$db01 | Get-OscSnapshot s1, s*", "s1", "s2")]
    [InlineData("Get-OscClone c1, c*", "c1")]
    [InlineData("Get-OscAccessGroup web1, web*, *2", "web1", "web2")]
    [InlineData("Get-OscStorageServer lab, l*, $db01.StorageServerUuid", "lab")]
    [InlineData("Get-OscPlugin Recording, Rec*", "Recording")]
    public void Each_is_listed_once(string script, params string[] wanted) =>
        Assert.Equal(wanted, _session.Module.Get<string>($"({script}).Name", ("db01", _db01)).Order(StringComparer.Ordinal));

    [Fact]
    public void A_name_that_a_pattern_has_found_already_is_not_missing_and_another_is() => Assert.Equal("nosuch",
        _session.Module.Invoke("Get-OscStorageElement db*, db01, nosuch").Error("StorageElementNotFound").TargetObject);

    [Fact]
    public void A_pattern_finds_what_the_search_for_its_name_failed_to_read()
    {
        _session.Array.Before(GuideMethod.List, (call, _) => call.Arguments is [StorageElementFilter { Name: "db01" }]
            ? throw new StorageElementBusyException("The array restarts.")
            : Task.CompletedTask);

        var outcome = _session.Invoke("Get-OscStorageElement db01, db*");

        Assert.Equal(["db01", "db02"], outcome.Output.Select(element => ((StorageElement)element.BaseObject).Name).Order());
    }

    public void Dispose() => _session.Dispose();
}
