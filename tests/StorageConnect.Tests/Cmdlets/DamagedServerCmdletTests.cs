using System.Management.Automation;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>A registered server whose entry is damaged is an error where it is meant, a warning where a name was found elsewhere, and stops no other.</summary>
[Collection(ModuleSessions.Name)]
public sealed class DamagedServerCmdletTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly RecordingArray _far = new();

    public DamagedServerCmdletTests()
    {
        _session.Create("db01");
        _session.Register("far", _far);
        _session.Module.Invoke(
            """
            $file = "$env:XDG_CONFIG_HOME/storage-connect/servers.json"
            $list = Get-Content -Raw $file | ConvertFrom-Json
            ($list.Servers | Where-Object { $_.Server.Name -eq 'far' }).Server.StorageType = 'NVMe'
            Set-Content $file ($list | ConvertTo-Json -Depth 20)
            """).Succeeds();
    }

    [Theory]
    [InlineData("(Get-OscStorageServer).Name", "lab")]
    [InlineData("(Get-OscStorageServer *a*).Name", "lab")]
    [InlineData("(Get-OscStorageElement).Name", "db01")]
    [InlineData("(Get-OscStorageElement db*).Name", "db01")]
    [InlineData("(Get-OscStatus).StorageServerName", "lab")]
    [InlineData("(Get-OscCapability).StorageServerName", "lab")]
    [InlineData("Test-OscStorageServer | Where-Object { $_ } | ForEach-Object { 'passed' }", "passed")]
    public void Where_all_are_meant_it_is_one_error_and_the_others_answer(string script, string wanted)
    {
        var outcome = _session.Module.Invoke(script);

        outcome.Tells("StorageServerDamaged", ErrorCategory.InvalidData, "far", "Unregister-OscStorageServer");
        Assert.Equal(wanted, Assert.Single(outcome.Output).BaseObject);
    }

    [Theory]
    [InlineData("(Get-OscStorageElement db01).Name")]
    [InlineData("('db01' | Get-OscStorageElement).Name")]
    [InlineData("(Get-OscStatus db01).StorageElementName")]
    public void Where_a_name_is_found_elsewhere_it_is_a_warning(string script)
    {
        var outcome = _session.Module.Invoke(script);

        Assert.Equal(["db01"], outcome.Succeeds());
        Assert.Contains("'far'", Assert.Single(outcome.Warnings).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(Get-OscStorageElement -StorageServer lab).Name", "db01")]
    [InlineData("(Get-OscStorageElement db01 -StorageServer lab | Get-OscStorageElement).Name", "db01")]
    [InlineData("(Get-OscStorageServer lab).Name", "lab")]
    [InlineData("(Test-OscStorageServer -Detailed | Where-Object Passed -EQ $false).ErrorId", "StorageServerDamaged")]
    public void Where_another_is_named_it_is_none_of_its_business(string script, string wanted) =>
        Assert.Equal([wanted], _session.Module.Invoke(script).Succeeds());

    [Theory]
    [InlineData("Get-OscStorageServer far", "StorageServerDamaged")]
    [InlineData("Get-OscStorageElement -StorageServer far", "StorageServerDamaged")]
    [InlineData("New-OscStorageElement new 1MB", "StorageServerNeeded")]
    [InlineData("Remove-OscStorageElement db01 -Confirm:$false", "StorageServerNeeded")]
    [InlineData("[pscustomobject]@{ Uuid = '0123456789abcdef0123456789abcdef'; Type = 'Lun' } | Remove-OscStorageElement -Confirm:$false",
        "StorageServerDamaged")]
    [InlineData("Get-OscHostResidue", "StorageServerDamaged")]
    [InlineData("Set-OscStorageServer far -NewName new", "StorageServerDamaged")]
    [InlineData("Register-OscStorageServer far -Plugin Recording -StorageType SAN", "StorageServerExists")]
    public void Where_it_matters_nothing_is_done(string script, string error) => _session.Module.Invoke(script).Error(error);

    [Fact]
    public void It_can_be_unregistered()
    {
        _session.Module.Invoke("Unregister-OscStorageServer far -WhatIf").Succeeds();
        _session.Module.Invoke("Get-OscStorageServer far").Error("StorageServerDamaged");
        _session.Module.Invoke("Unregister-OscStorageServer far").Succeeds();

        Assert.Equal(["lab"], _session.Module.Get<string>("(Get-OscStorageServer).Name"));
    }

    public void Dispose()
    {
        _far.Dispose();
        _session.Dispose();
    }
}
