using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Two servers are registered: names are found where they are, servers can be named, and servers can be piped.</summary>
[Collection(ModuleSessions.Name)]
public sealed class SeveralServerTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly RecordingArray _other = new();

    public SeveralServerTests()
    {
        _session.Register("other", _other);
        _session.Create("db01");
        _session.Create("db01", "other");
        _session.Snapshot(_session.Create("app01", "other"), "nightly");
    }

    public static TheoryData<string> Askers =>
        ["Get-OscStatus", "Get-OscSnapshot", "Get-OscClone", "Get-OscCloneLimit", "Get-OscSnapshotLimit", "Get-OscAccessGroup",
            "Get-OscLineage", "Test-OscSnapshot"];

    [Theory]
    [MemberData(nameof(Askers))]
    public void An_element_and_its_server_can_both_be_named(string cmdlet)
    {
        Assert.Empty(_session.Invoke($"{cmdlet} -InputObject db01 -StorageServer other").Errors);
        Assert.Empty(_session.Array.CalledMethods);
        Assert.NotEmpty(_other.CalledMethods);
    }

    [Theory]
    [MemberData(nameof(Askers))]
    public void A_server_that_lacks_the_element_says_so(string cmdlet) =>
        _session.Invoke($"{cmdlet} -InputObject app01 -StorageServer lab").Error("StorageElementNotFound");

    [Fact]
    public void A_name_without_a_server_means_all_of_that_name() =>
        Assert.Equal(["lab db01", "other db01"],
            _session.Module.Get<string>("Get-OscStatus db01 | ForEach-Object { \"$($_.StorageServerName) $($_.StorageElementName)\" }").Order());

    [Fact]
    public void It_is_enough_that_one_server_has_it() => Assert.Equal(["nightly"], _session.Module.Get<string>("(Get-OscSnapshot -StorageElement app01).Name"));

    [Fact]
    public void An_element_that_no_server_has_is_one_error_that_names_them_all()
    {
        var error = _session.Invoke("Get-OscStatus nosuch").Error("StorageElementNotFound");

        Assert.Contains("'lab', 'other'", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("nosuch", error.TargetObject);
    }

    [Fact]
    public void A_server_whose_pool_is_not_there_counts_as_one_that_did_not_answer()
    {
        LosePool();
        _session.Invoke("Get-OscStatus nosuch").Error("PoolNotFound");

        var found = _session.Invoke("Get-OscStatus app01");

        Assert.Single(found.Succeeds());
        Assert.Contains("There is no pool.", Assert.Single(found.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_s_uuid_is_not_unique_while_the_pool_of_a_server_is_not_there()
    {
        var element = _session.Create("row01", "other");
        LosePool();

        _session.Invoke("[pscustomobject]@{ Uuid = $uuid } | Disable-OscStorageElement -Confirm:$false", ("uuid", element.Uuid)).Error("PoolNotFound");

        Assert.DoesNotContain("offline", _other.CalledMethods);
    }

    [Fact]
    public void A_default_for_the_server_hinders_no_piped_element() =>
        Assert.Equal(["other"], _session.Module.Get<string>(
            "$PSDefaultParameterValues['*-Osc*:StorageServer'] = 'lab'; (Get-OscStorageElement app01 -StorageServer other | Get-OscStatus).StorageServerName"));

    [Fact]
    public void Of_piped_servers_it_is_enough_that_one_has_the_element()
    {
        Assert.Equal(["app01"], _session.Module.Get<string>("(Get-OscStorageServer | Get-OscStorageElement app01).Name"));
        _session.Invoke("Get-OscStorageServer | Get-OscStorageElement nosuch").Error("StorageElementNotFound");
    }

    [Fact]
    public void Things_are_made_on_each_piped_server()
    {
        Assert.Equal(["lab", "other"], _session.Module.Get<string>("(Get-OscStorageServer | New-OscStorageElement new 1GB).StorageServerName").Order());
        Assert.Equal(["lab", "other"], _session.Module.Get<string>("(Get-OscStorageServer | New-OscAccessGroup web).StorageServerName").Order());
    }

    [Fact]
    public void Beside_a_piped_element_a_new_one_is_made_on_the_same_server() =>
        Assert.Equal(["other"], _session.Module.Get<string>("(Get-OscStorageElement app01 | New-OscStorageElement new 1GB).StorageServerName"));

    [Theory]
    [InlineData("Get-OscStorageElement app01 | Get-OscStorageServer | Test-OscStorageServer -Detailed | ForEach-Object StorageServerName")]
    [InlineData("Get-OscStorageElement app01 | Get-OscStorageServer | Set-OscStorageServer -PassThru | ForEach-Object Name")]
    [InlineData("Get-OscSnapshot nightly | Get-OscStorageServer | ForEach-Object Name")]
    [InlineData("[pscustomobject]@{ Name = 'other' } | Test-OscStorageServer -Detailed | ForEach-Object StorageServerName")]
    public void What_a_piped_record_tells_is_its_server(string script) => Assert.Equal(["other"], _session.Module.Get<string>(script));

    private void LosePool() => _session.Array.Throw("list", () => new NotFoundException("There is no pool.") { ErrorId = "PoolNotFound" });

    public void Dispose()
    {
        _other.Dispose();
        _session.Dispose();
    }
}
