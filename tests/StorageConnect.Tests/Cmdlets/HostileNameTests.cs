using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Strange names through every cmdlet on a Local array: each works and comes back as it is, or is refused clearly.</summary>
[Collection(ModuleSessions.Name)]
public sealed class HostileNameTests(HostilePool at) : IClassFixture<HostilePool>
{
    public static TheoryData<string> Names => HostileText.Names;

    public static TheoryData<string> NoNames => HostileText.NoNames;

    [Theory]
    [MemberData(nameof(Names))]
    public void An_element_lives_and_goes_under_it(string name)
    {
        at.Run("New-OscAccessGroup -Name hosts", name);
        Assert.Equal(name, Element("New-OscStorageElement -Name $text -Size 64KB", name).Name);
        Assert.Equal(name, Element("Get-OscStorageElement -Name $literal", name).Name);
        Assert.Equal(name, Element("Get-OscStorageElement -Name $literal -Detailed", name).Name);
        Assert.Equal(name, Element("Update-OscStorageElement $text", name).Name);
        at.Run(
            "Get-OscStatus $text; Get-OscCloneLimit $text; Get-OscSnapshotLimit $text; Test-OscClone $text; Test-OscSnapshot $text; Test-OscCloneSplit $text",
            name);
        at.Run("Resize-OscStorageElement $text -Size 128KB; Set-OscQos $text standard", name);
        Assert.Equal(["hosts"], Element("Grant-OscStorageElementAccess $text hosts -PassThru", name).AccessGroupNames);
        Assert.Equal(["hosts"], at.Run("(Get-OscAccessGroup -InputObject $text).Name", name));
        at.Run("Revoke-OscStorageElementAccess $text hosts; Disable-OscStorageElement $text; Enable-OscStorageElement $text", name);
        Assert.Empty(at.Run("Get-OscClone -InputObject $text; Get-OscSnapshot -InputObject $text", name));
        Assert.Empty(at.Run("Remove-OscStorageElement $text; Remove-OscAccessGroup hosts; Get-OscStorageElement | Where-Object Name -ne source", name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_snapshot_lives_and_goes_under_it(string name)
    {
        Assert.Equal(name, Element("New-OscSnapshot source -SnapshotName $text", name).Name);
        Assert.Equal(name, Element("Get-OscSnapshot -Name $literal", name).Name);
        Assert.Equal([true], at.Run("Test-OscSnapshotRestore $text", name));
        at.Run(
            "Restore-OscSnapshot $text -StorageElement source; Restore-OscSnapshot $text -AllMembers; Invoke-OscClone $text -Name fromIt; " +
                "Remove-OscStorageElement fromIt", name);
        Assert.Empty(at.Run("Remove-OscSnapshot $text; Get-OscSnapshot", name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_clone_lives_and_goes_under_it(string name)
    {
        Assert.Equal(name, Element("Invoke-OscClone source -Name $text", name).Name);
        Assert.Equal(name, Element("Get-OscStorageElement -Name $literal", name).Name);
        Assert.Empty(at.Run("Remove-OscStorageElement $text; Get-OscStorageElement | Where-Object Name -ne source", name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_access_group_lives_and_goes_under_it(string name)
    {
        Assert.Equal([name], at.Run("(New-OscAccessGroup -Name $text -Initiator 50:01:43:80:12:34:56:78).Name", name));
        Assert.Equal([name], at.Run("(Get-OscAccessGroup -Name $literal).Name", name));
        at.Run("Add-OscAccessGroupMember $text 50:01:43:80:12:34:56:79; Remove-OscAccessGroupMember $text 50:01:43:80:12:34:56:78", name);
        Assert.Equal([name],
            at.Run("Grant-OscStorageElementAccess source $text; (Get-OscStorageElement source).AccessGroupNames; Revoke-OscStorageElementAccess source $text",
                name));
        Assert.Equal([name], at.Run("Rename-OscAccessGroup $text between; (Rename-OscAccessGroup between $text -PassThru).Name", name));
        Assert.Empty(at.Run("Remove-OscAccessGroup $text; Get-OscAccessGroup", name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_server_lives_and_goes_under_it(string name)
    {
        Assert.Equal([name], at.Run("(Register-OscStorageServer -Name $text -Plugin Local -StorageType SAN -ExtraInfo \"Pool=$pool\").Name", name));
        Assert.Equal([name],
            at.Run(
                "(Get-OscStorageServer -Name $literal -Refresh).Name; Set-OscStorageServer $text -NewName between; Set-OscStorageServer between -NewName $text",
                name));
        Assert.Equal([true, name], at.Run("Test-OscStorageServer $text; (Get-OscStorageElement source -StorageServer $text).StorageServerName", name));
        Assert.Equal(["lab"], at.Run("Unregister-OscStorageServer $text; (Get-OscStorageServer).Name", name));
    }

    [Theory]
    [MemberData(nameof(NoNames))]
    public void What_can_be_no_name_is_refused_for_whatever_is_new(string name)
    {
        at.Refuse("New-OscStorageElement -Name $text -Size 64KB", name);
        at.Refuse("New-OscAccessGroup -Name $text", name);
        at.Refuse("Register-OscStorageServer -Name $text -Plugin Local -StorageType SAN -ExtraInfo \"Pool=$pool\"", name);
        at.Run("New-OscAccessGroup -Name hosts", name);
        at.Refuse("Rename-OscAccessGroup hosts $text", name);
        at.Run("Remove-OscAccessGroup hosts", name);
        if (name.Length > 0)
        {
            // An empty one is the array's choice.
            at.Refuse("New-OscSnapshot source -SnapshotName $text", name);
            at.Refuse("Invoke-OscClone source -Name $text", name);
            at.Refuse("Set-OscStorageServer lab -NewName $text", name);
        }

        Assert.Equal(["source", "lab"], at.Run("@(Get-OscStorageElement; Get-OscSnapshot; Get-OscAccessGroup; Get-OscStorageServer) | ForEach-Object Name",
            name));
    }

    private StorageElement Element(string script, string name) => Assert.IsType<StorageElement>(Assert.Single(at.Run(script, name)));
}
