using System.Management.Automation;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>What is given as a record or row belongs to one server. A -StorageServer that names another is an error about both, and nothing is done.</summary>
[Collection(ModuleSessions.Name)]
public sealed class OtherServerTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly RecordingArray _far = new();

    public OtherServerTests()
    {
        var element = _session.Create("db01");
        _session.Group("hosts");
        _session.Snapshot(element, "s1");
        _session.Register("far", _far);
        _session.Create("far01", "far");
        _session.Module.Invoke(
            """
            $db01 = Get-OscStorageElement db01 -StorageServer lab; $hosts = Get-OscAccessGroup hosts; $s1 = Get-OscSnapshot s1
            $lab = Get-OscStorageServer lab; $far01 = Get-OscStorageElement far01 -StorageServer far
            """).Succeeds();
        _far.ForgetCalls();
        _session.Array.ForgetCalls();
    }

    [Theory]
    [InlineData("$db01 | Get-OscStorageElement -StorageServer far")]
    [InlineData("$db01 | Get-OscSnapshot -StorageServer far")]
    [InlineData("$db01 | Get-OscAccessGroup -StorageServer far")]
    [InlineData("$db01 | Get-OscStatus -StorageServer far")]
    [InlineData("$db01 | Get-OscSnapshotLimit -StorageServer far")]
    [InlineData("$db01 | Get-OscLineage -StorageServer far")]
    [InlineData("$db01 | Test-OscSnapshot -StorageServer far")]
    [InlineData("$db01 | Resize-OscStorageElement -Size 2GB -StorageServer far")]
    [InlineData("$db01 | Remove-OscStorageElement -StorageServer far -Confirm:$false")]
    [InlineData("$db01 | Remove-OscStorageElement -StorageServer far -WhatIf")]
    [InlineData("Remove-OscStorageElement $db01 -StorageServer far -Confirm:$false")]
    [InlineData("$db01 | Disable-OscStorageElement -StorageServer far -Confirm:$false")]
    [InlineData("$db01 | Grant-OscStorageElementAccess -AccessGroup hosts -StorageServer far")]
    [InlineData("$db01 | New-OscSnapshot -StorageServer far")]
    [InlineData("$db01 | Invoke-OscClone -StorageServer far")]
    [InlineData("$s1 | Remove-OscSnapshot -StorageServer far -Confirm:$false")]
    [InlineData("$s1 | Restore-OscSnapshot -StorageServer far -Confirm:$false")]
    [InlineData("$hosts | Get-OscAccessGroup -StorageServer far")]
    [InlineData("$hosts | Get-OscStorageElement -StorageServer far")]
    [InlineData("Get-OscStorageElement -AccessGroup $hosts -StorageServer far")]
    [InlineData("$hosts | Remove-OscAccessGroup -StorageServer far -Confirm:$false")]
    [InlineData("$hosts | Add-OscAccessGroupMember -Initiator iqn.2001-04.com.example:b -StorageServer far")]
    [InlineData("$hosts | Rename-OscAccessGroup -NewName other -StorageServer far")]
    [InlineData("[pscustomobject]@{ Name = 'db01'; StorageServer = 'lab' } | Get-OscStorageElement -StorageServer far")]
    [InlineData("[pscustomobject]@{ Name = 'db01'; Size = '1GB'; Server = 'lab' } | Get-OscStorageElement -StorageServer far")]
    [InlineData("$db01 | Select-Object Name, Size, Server | Remove-OscStorageElement -StorageServer far -WhatIf")]
    [InlineData("$hosts | Select-Object Name, Server | Remove-OscAccessGroup -StorageServer far -WhatIf")]
    [InlineData("$db01 | Select-Object Uuid, StorageServerName | Remove-OscStorageElement -StorageServer far -Confirm:$false")]
    [InlineData("$lab | Get-OscStorageElement -StorageServer far")]
    [InlineData("$lab | Get-OscSnapshot -StorageServer far")]
    [InlineData("$lab | Get-OscStatus -StorageServer far")]
    [InlineData("$lab | Get-OscCapability -StorageServer far")]
    [InlineData("$lab | Get-OscQos -StorageServer far")]
    [InlineData("$lab | Test-OscStorageServer -StorageServer far")]
    [InlineData("$lab | New-OscStorageElement -Name new -Size 1MB -StorageServer far")]
    [InlineData("$lab | New-OscAccessGroup -Name new -StorageServer far")]
    [InlineData("$lab | Set-OscStorageServer -StorageServer far -NewName new")]
    [InlineData("$lab | Unregister-OscStorageServer -StorageServer far")]
    [InlineData("$lab | Get-OscStorageServer -Name far")]
    [InlineData("$db01 | Get-OscStorageServer far")]
    public void A_server_that_is_not_that_of_the_record_is_an_error(string script)
    {
        var outcome = _session.Module.Invoke(script);

        var error = outcome.Tells("StorageServerConflict", ErrorCategory.InvalidArgument, Assert.Single(outcome.Errors).TargetObject, "Leave out ");
        Assert.Contains("'lab'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("'far'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
        Assert.Empty(_session.Array.Calls);
        Assert.Empty(_far.Calls);
    }

    [Theory]
    [InlineData("($db01 | Get-OscStorageElement -StorageServer LAB).Name", "db01")]
    [InlineData("($db01 | Get-OscStorageElement -StorageServer $lab).Name", "db01")]
    [InlineData("($db01 | Get-OscStorageElement -StorageServer far, lab).Name", "db01")]
    [InlineData("($db01 | Get-OscStatus -StorageServer lab).StorageElementName", "db01")]
    [InlineData("('db01' | Get-OscStorageElement -StorageServer lab).Name", "db01")]
    [InlineData("($lab, $db01 | Get-OscStorageServer -Name l*).Name -join ' '", "lab lab")]
    [InlineData("($db01 | Select-Object Uuid | Get-OscStorageElement -StorageServer lab).Name", "db01")]
    [InlineData("(Get-OscStorageElement db01 -StorageServer lab, lab).Name -join ' '", "db01")]
    [InlineData("$PSDefaultParameterValues = @{ '*-Osc*:StorageServer' = 'far' }; ($db01 | Get-OscStorageElement).Name", "db01")]
    [InlineData("$PSDefaultParameterValues = @{ '*-Osc*:StorageServer' = 'far' }; ($db01 | Get-OscStorageServer).Name", "lab")]
    [InlineData("$PSDefaultParameterValues = @{ '*-Osc*:StorageServerName' = $far01 | Get-OscStorageServer }; ($lab | Get-OscStatus).StorageServerName", "lab")]
    [InlineData("$PSDefaultParameterValues = @{ 'Get-OscSnapshot:StorageServer' = 'far', 'lab' }; ($db01 | Get-OscSnapshot).Name", "s1")]
    [InlineData("$PSDefaultParameterValues = @{ '*:StorageServer' = { 'far' } }; ($db01 | Resize-OscStorageElement -Size 2GB).Name", "db01")]
    public void The_same_server_and_a_default_are_none(string script, string wanted) => Assert.Equal([wanted], _session.Module.Get<string>(script));

    [Theory]
    [InlineData("{ 'lab' }")]
    [InlineData("{ throw 'no server' }")]
    public void A_server_that_is_typed_is_not_the_default_of_a_script_block(string byDefault)
    {
        _session.Module.Invoke($"$PSDefaultParameterValues = @{{ '*-Osc*:StorageServer' = {byDefault} }}");

        _session.Module.Invoke("$far01 | Get-OscStorageElement -StorageServer lab, far").Succeeds();
        _session.Module.Invoke("$db01 | Remove-OscStorageElement -StorageServer far -Confirm:$false").Error("StorageServerConflict");
        Assert.Equal(["far"], _session.Module.Get<string>(
            "([pscustomobject]@{ Name = 'new'; Size = '1MB'; StorageServer = 'lab' } | New-OscStorageElement -StorageServer far).StorageServerName"));
    }

    [Fact]
    public void A_default_is_none_in_a_module_with_a_prefix_either() => Assert.Equal(["db01"], _session.Module.Get<string>(
        """
        Import-Module (Get-Module StorageConnect).Path -Prefix X -Force
        $PSDefaultParameterValues = @{ 'Get-OscStorageElement:StorageServer' = 'far' }
        ($db01 | Get-XOscStorageElement).Name
        """));

    [Fact]
    public void Each_record_is_an_error_of_its_own()
    {
        var outcome = _session.Module.Invoke("$db01, $far01 | Get-OscStorageElement -StorageServer far");

        outcome.Error("StorageServerConflict");
        Assert.Equal("far01", Assert.IsType<StorageElement>(Assert.Single(outcome.Output).BaseObject).Name);
    }

    [Fact]
    public void A_server_that_is_not_registered_is_told_once()
    {
        var outcome = _session.Module.Invoke("$db01, $s1, 'db01' | Get-OscSnapshot -StorageServer nope, lab -Name s1");

        Assert.Single(outcome.Errors, error => error.FullyQualifiedErrorId.StartsWith("StorageServerNotFound", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Restore-OscSnapshot s1 -StorageElement $far01 -StorageServer lab -Confirm:$false")]
    [InlineData("Test-OscSnapshotRestore s1 -StorageElement $far01 -StorageServer lab")]
    [InlineData("Invoke-OscClone $s1 new -StorageElement $far01")]
    public void A_member_is_on_the_server_of_its_snapshot(string script)
    {
        var error = _session.Module.Invoke(script).Error("StorageElementOnOtherServer");

        Assert.Contains("'far'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("'lab'", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_only_another_server_has_is_not_suggested_for_itself()
    {
        var error = _session.Module.Invoke("Get-OscStorageElement far01 -StorageServer lab").Error("StorageElementNotFound");

        Assert.DoesNotContain("Did you mean", error.ErrorDetails.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _far.Dispose();
        _session.Dispose();
    }
}
