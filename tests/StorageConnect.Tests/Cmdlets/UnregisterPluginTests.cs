using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>A plug-in is unregistered by its name or its record, and by nothing else that happens to have a name.</summary>
[Collection(ModuleSessions.Name)]
public sealed class UnregisterPluginTests : IDisposable
{
    private readonly RecordingSession _session = new();

    [Theory]
    [InlineData("Get-OscStorageServer lab | Set-OscStorageServer -NewName Recording -PassThru | Unregister-OscPlugin")]
    [InlineData("New-OscStorageElement Recording -Size 1GB | Unregister-OscPlugin")]
    [InlineData("[pscustomobject]@{ Name = 'Recording' } | Unregister-OscPlugin")]
    [InlineData("Get-Item / | Select-Object @{ n = 'Name'; e = { 'Recording' } } | Unregister-OscPlugin")]
    public void Another_thing_of_that_name_is_refused(string script)
    {
        _session.Invoke(script).Error("WrongInput");

        Assert.Single(_session.Module.Get<OscPlugin>("Get-OscPlugin Recording"));
    }

    [Theory]
    [InlineData("Get-OscPlugin Recording | Unregister-OscPlugin")]
    [InlineData("'Recording' | Unregister-OscPlugin")]
    [InlineData("Get-OscPlugin Recording | Select-Object Name, Version | Unregister-OscPlugin")]
    [InlineData("Get-OscPlugin Recording | ConvertTo-Csv | ConvertFrom-Csv | ForEach-Object Name | Unregister-OscPlugin")]
    public void Its_record_and_its_name_are_it(string script)
    {
        _session.Module.Invoke("Unregister-OscStorageServer lab -Confirm:$false").Succeeds();

        _session.Module.Invoke(script).Succeeds();

        Assert.Empty(_session.Module.Get<OscPlugin>("Get-OscPlugin Record*"));
    }

    public void Dispose() => _session.Dispose();
}
