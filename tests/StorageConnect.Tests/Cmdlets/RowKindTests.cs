using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Rows of few columns, as files have them: the columns tell what they are rows of, and nothing of another kind is touched.</summary>
[Collection(ModuleSessions.Name)]
public sealed class RowKindTests : IDisposable
{
    private readonly ModuleSession _session = new();
    private readonly string _pool = LoopMounts.NewFolder(PoolKind.Xfs);

    public RowKindTests() => _session.Invoke(
        """
        $null = Register-OscStorageServer same -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
        $null = New-OscStorageElement same, db01 1MB
        $null = New-OscAccessGroup same -Initiator iqn.2001-04.com.example:a
        """,
        ("pool", _pool)).Succeeds();

    [Theory]
    [InlineData("Name,Size,same,1MB", "Unregister-OscStorageServer")]
    [InlineData("Name,SizeBytes,same,1048576", "Unregister-OscStorageServer")]
    [InlineData("Name,Page83Id,same,36025c0c", "Unregister-OscStorageServer")]
    [InlineData("Name,Size,same,1MB", "Remove-OscAccessGroup")]
    [InlineData("Name,SizeBytes,same,1048576", "Remove-OscAccessGroup")]
    [InlineData("Name,Initiator,same,iqn.2001-04.com.example:a", "Remove-OscStorageElement")]
    [InlineData("Name,Initiator,same,iqn.2001-04.com.example:a", "Unregister-OscStorageServer")]
    [InlineData("Name,Host,same,web01", "Unregister-OscStorageServer")]
    [InlineData("Name,Host,same,web01", "Set-OscStorageServer")]
    public void A_row_is_not_the_thing_of_another_kind_with_its_name(string row, string cmdlet)
    {
        var parts = row.Split(',');
        var refused = _session.Invoke(
            $"\"{parts[0]},{parts[1]}`n{parts[2]},{parts[3]}\" | ConvertFrom-Csv | {cmdlet} -Confirm:$false").Error("WrongInput");

        Assert.Contains("same", refused.Exception.Message, StringComparison.Ordinal);
        Assert.Equal([1], _session.Get<int>("@(Get-OscStorageServer).Count"));
        Assert.Equal([1], _session.Get<int>("@(Get-OscAccessGroup same).Count"));
        Assert.Equal([2], _session.Get<int>("@(Get-OscStorageElement).Count"));
    }

    [Fact]
    public void A_row_of_an_element_is_the_element()
    {
        Assert.Equal(["db01"], _session.Get<string>("(\"Name,Size`ndb01,1MB\" | ConvertFrom-Csv | Get-OscStorageElement).Name"));
        Assert.Equal(["db01"], _session.Get<string>(
            "([pscustomobject]@{ Uuid = ([guid](Get-OscStorageElement db01).Uuid).ToString().ToUpper() } | Get-OscStorageElement).Name"));
    }

    [Theory]
    [InlineData("\"Name,Size`nsame,1MB\" | ConvertFrom-Csv")]
    [InlineData("[pscustomobject]@{ Name = 'same'; SizeBytes = 1MB; StorageServerName = 'same' }")]
    [InlineData("Get-OscStorageElement same | Select-Object Name, StorageServerName")]
    public void An_element_without_a_Uuid_means_the_groups_that_it_is_presented_to_and_not_the_group_of_its_name(string row)
    {
        Assert.Empty(_session.Invoke($"{row} | Get-OscAccessGroup").Succeeds());

        _session.Invoke("$null = New-OscAccessGroup web -Initiator iqn.2001-04.com.example:b; Grant-OscStorageElementAccess same web").Succeeds();
        Assert.Equal(["web"], _session.Get<string>($"({row} | Get-OscAccessGroup).Name"));
    }

    [Fact]
    public void A_row_with_a_name_only_is_the_group_of_that_name_where_groups_are_listed() =>
        Assert.Equal(["same"], _session.Get<string>("([pscustomobject]@{ Name = 'same' } | Get-OscAccessGroup).Name"));

    public void Dispose()
    {
        _session.Dispose();
        Directory.Delete(_pool, recursive: true);
    }
}
