using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Strange texts for every other parameter of the cmdlets on a Local array: they do no more than they say, or are refused clearly.</summary>
[Collection(ModuleSessions.Name)]
public sealed class HostileArgumentTests(HostilePool at) : IClassFixture<HostilePool>
{
    public static TheoryData<string> Scripts { get; } =
    [
        "Get-OscStorageElement -Name $text", "Get-OscSnapshot -Name $text", "Get-OscClone -Name $text", "Get-OscAccessGroup -Name $text",
        "Get-OscStorageServer -Name $text",
        "Get-OscPlugin -Name $text", "Get-OscStorageElement -Page83Id $text", "Get-OscStorageElement -StorageServer $text",
        "Resize-OscStorageElement $text -Size 1MB", "Remove-OscStorageElement $text", "Enable-OscStorageElement $text", "Split-OscClone $text",
        "Get-OscStatus $text",
        "Remove-OscSnapshot $text", "Restore-OscSnapshot $text -AllMembers", "Invoke-OscClone $text", "Remove-OscAccessGroup -Name $text",
        "Rename-OscAccessGroup $text other",
        "New-OscAccessGroup hosts -Initiator $text", "Add-OscAccessGroupMember nosuch $text", "Remove-OscAccessGroupMember nosuch $text",
        "Grant-OscStorageElementAccess source $text", "Revoke-OscStorageElementAccess source $text", "Set-OscQos source $text",
        "New-OscStorageElement -Name new -Size 64KB -Qos $text", "New-OscStorageElement -Name new -Size 64KB -VolumeGroup $text",
        "New-OscStorageElement -Name new -Size $text",
        "Invoke-OscClone source -Name new -Qos $text",
        "Register-OscStorageServer -Name new -Plugin Local -StorageType SAN -ExtraInfo $text",
        "Register-OscStorageServer -Name new -Plugin Local -StorageType SAN -ExtraInfo \"Root=$pool\" -StorageName $text",
        "Register-OscStorageServer -Name new -Plugin Local -StorageType SAN -ExtraInfo \"Pool=$pool\" -StorageName $text",
        "Register-OscStorageServer -Name new -Plugin $text -StorageType SAN",
        "Register-OscStorageServer -Name new -Plugin Local -StorageType SAN -ExtraInfo \"Pool=$pool\" -AdminHost $text -NetDevice $text",
        "Set-OscStorageServer lab -ExtraInfo $text", "Set-OscStorageServer lab -StorageName $text", "Set-OscStorageServer $text -AdminHost x",
        "Test-OscStorageServer $text", "Register-OscPlugin $text", "Unregister-OscPlugin $text", "New-OscAccessContext $text",
    ];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void It_works_or_is_one_clear_error(string script)
    {
        Assert.All(HostileText.All.Select(row => row.Data), text =>
        {
            var outcome = at.Invoke(script, text);
            Assert.InRange(outcome.Errors.Count, 0, 1);
            Assert.All(outcome.Errors, error => HostilePool.AssertClear(error));
            Assert.Equal(
                ["lab", "source"],
                at.Run(
                    """
                    Get-OscStorageServer | Where-Object Name -ne lab | Unregister-OscStorageServer
                    Get-OscAccessGroup | Remove-OscAccessGroup
                    Get-OscStorageElement | Where-Object Name -ne source | Remove-OscStorageElement
                    @(Get-OscStorageServer; Get-OscStorageElement) | ForEach-Object Name
                    """));
        });
    }
}
