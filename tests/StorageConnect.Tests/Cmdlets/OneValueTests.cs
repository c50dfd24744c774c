using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>A list where one value is meant is refused in words, not with "Specified method is not supported".</summary>
[Collection(ModuleSessions.Name)]
public sealed class OneValueTests : IDisposable
{
    private readonly ModuleSession _session = new();

    [Theory]
    [InlineData("New-OscAccessContext -HostName a, b")]
    [InlineData("Register-OscStorageServer a, b -Plugin Local -StorageType SAN")]
    [InlineData("New-OscStorageElement x 1MB -Qos a, b")]
    [InlineData("New-OscStorageElement x 1MB -StorageServer a, b")]
    [InlineData("Set-OscStorageServer a, b -AdminHost x")]
    [InlineData("Set-OscStorageServer a -AdminHost x, y")]
    [InlineData("New-OscSnapshot x -SnapshotName a, b")]
    [InlineData("Invoke-OscClone x -Name a, b")]
    [InlineData("Rename-OscAccessGroup x -NewName a, b")]
    [InlineData("Rename-OscAccessGroup a, b -NewName x")]
    [InlineData("Restore-OscSnapshot x -StorageElement a, b -Confirm:$false")]
    public void A_list_is_refused_in_words(string command)
    {
        var error = Assert.Single(_session.Invoke(command).Errors);

        Assert.Contains("list of 2", error.Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not supported", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_one_is_that_one() =>
        Assert.Equal("a", Assert.Single(_session.Get<AccessContext>("New-OscAccessContext -HostName @('a')")).Host);

    public void Dispose() => _session.Dispose();
}
