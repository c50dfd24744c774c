using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Patterns are narrowed where the rows are, by their fixed beginning and end, and match the same all the same.</summary>
[Collection(ModuleSessions.Name)]
public sealed class NamePatternTests
{
    [Theory]
    [InlineData("*-01", "DB-01", "web-01")]
    [InlineData("db*1", "DB-01")]
    [InlineData("*WEB-01", "web-01")]
    [InlineData("*01*", "DB-01", "web-01", "web-011")]
    [InlineData("*-0[12]", "DB-01", "web-01", "web-02")]
    [InlineData("web-0?1", "web-011")]
    [InlineData("*`]", "odd]")]
    [InlineData("*]", "odd]")]
    [InlineData("*nothing")]
    public void The_end_of_a_pattern_hides_nothing_that_matches(string pattern, params string[] wanted)
    {
        using var session = new ModuleSession();
        var pool = session.Folder.Path + "/pool";
        Directory.CreateDirectory(pool);
        session.Invoke("$null = Register-OscStorageServer lab -Plugin Local -StorageType SAN -ExtraInfo \"Pool=$pool\"; "
            + "$null = New-OscStorageElement 'DB-01', web-01, web-011, web-02, 'odd]' 1MB", ("pool", pool)).Succeeds();

        var found = session.Get<string>("Get-OscStorageElement $pattern | ForEach-Object Name", ("pattern", pattern));
        Assert.Equal(wanted, found.Order(StringComparer.Ordinal));
    }
}
