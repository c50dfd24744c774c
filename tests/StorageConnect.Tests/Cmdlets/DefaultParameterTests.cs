using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>A default of -StorageServer is for when nothing else tells the server: what is piped, and what is named, goes before it.</summary>
[Collection(ModuleSessions.Name)]
public sealed class DefaultParameterTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly RecordingArray _far = new();

    public DefaultParameterTests()
    {
        _session.Create("db01");
        _session.Register("far", _far);
        _session.Create("far01", "far");
        _session.Module.Invoke("$far = Get-OscStorageServer far; $far01 = Get-OscStorageElement far01");
        _session.Module.Invoke("$PSDefaultParameterValues = @{ '*-Osc*:StorageServer' = 'lab' }");
    }

    [Theory]
    [InlineData("(Get-OscStorageServer far).Name", "far")]
    [InlineData("(Get-OscStorageServer -Name far).Name", "far")]
    [InlineData("(Get-OscStorageServer far | Get-OscStorageElement).Name", "far01")]
    [InlineData("($far | Get-OscQos)[0].StorageServerName", "far")]
    [InlineData("($far | Get-OscCapability).StorageServerName", "far")]
    [InlineData("($far | Test-OscStorageServer -Detailed).StorageServerName", "far")]
    [InlineData("($far | New-OscStorageElement -Name new -Size 1MB).StorageServerName", "far")]
    [InlineData("($far | New-OscAccessGroup -Name new).StorageServerName", "far")]
    [InlineData("([pscustomobject]@{ Name = 'new'; Size = '1MB'; StorageServer = 'far' } | New-OscStorageElement).StorageServerName", "far")]
    [InlineData("([pscustomobject]@{ Name = 'new'; StorageServerName = 'far' } | New-OscAccessGroup).StorageServerName", "far")]
    [InlineData("([pscustomobject]@{ Name = 'new'; Size = '1MB'; Server = 'far' } | New-OscStorageElement).StorageServerName", "far")]
    [InlineData("([pscustomobject]@{ Name = 'new'; Server = 'far' } | New-OscAccessGroup).StorageServerName", "far")]
    [InlineData("($far01 | Select-Object Name, Size, Server | Get-OscStorageElement).StorageServerName", "far")]
    [InlineData("('new' | New-OscStorageElement -Size 1MB).StorageServerName", "lab")]
    [InlineData("(New-OscStorageElement new 1MB -StorageServer far).StorageServerName", "far")]
    [InlineData("($far | Set-OscStorageServer -NewName further -PassThru).Name", "further")]
    public void What_is_said_goes_before_a_default(string script, string wanted) => Assert.Equal([wanted], _session.Module.Get<string>(script));

    [Fact]
    public void A_server_that_is_piped_is_the_one_that_is_unregistered()
    {
        _session.Module.Invoke("$far | Unregister-OscStorageServer").Succeeds();

        Assert.Equal(["lab"], _session.Module.Get<string>("$PSDefaultParameterValues = @{}; (Get-OscStorageServer).Name"));
    }

    [Fact]
    public void A_server_that_is_given_goes_before_that_of_a_row()
    {
        _session.Module.Invoke("$PSDefaultParameterValues = @{}");

        Assert.Equal(["far"], _session.Module.Get<string>(
            "(Get-OscStorageElement db01 -StorageServer lab | New-OscStorageElement -StorageServer far).StorageServerName"));
    }

    [Fact]
    public void A_server_alone_has_no_name_for_what_is_new() => _session.Module.Invoke("$far | New-OscStorageElement -Size 1MB").Error("WrongInput");

    public void Dispose()
    {
        _far.Dispose();
        _session.Dispose();
    }
}
