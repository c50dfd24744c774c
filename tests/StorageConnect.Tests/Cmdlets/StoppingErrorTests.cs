using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>With the error action Stop a command ends with its first error; what was confirmed before is done by then, and nothing after it.</summary>
[Collection(ModuleSessions.Name)]
public sealed class StoppingErrorTests : IDisposable
{
    private readonly RecordingSession _session = new();

    public StoppingErrorTests()
    {
        _session.Create("a");
        _session.Create("b");
        _session.Create("c");
        _session.Group("hosts");
        _session.Group("spare");
        _session.Module.Invoke("$spare = Get-OscAccessGroup spare; $hosts = Get-OscAccessGroup hosts").Succeeds();
    }

    [Fact]
    public void Grants_and_revokes_before_it_are_made()
    {
        Stop("'a', 'b', 'none', 'c' | Grant-OscStorageElementAccess -AccessGroup hosts");
        Assert.Equal(["a", "b"], Presented());

        Stop("'a', 'none', 'b' | Revoke-OscStorageElementAccess -AccessGroup hosts -Confirm:$false");
        Assert.Equal(["b"], Presented());
    }

    [Fact]
    public void Groups_before_it_are_removed()
    {
        Stop("$spare, (Get-OscStorageElement a), $hosts | Remove-OscAccessGroup -Confirm:$false");

        Assert.Equal(["hosts"], _session.Module.Get<AccessGroup>("Get-OscAccessGroup").Select(group => group.Name));
    }

    public void Dispose() => _session.Dispose();

    private void Stop(string script) =>
        Assert.Equal(["stopped"], _session.Module.Get<string>($"$ErrorActionPreference = 'Stop'; try {{ {script} }} catch {{ 'stopped' }}"));

    private IEnumerable<string> Presented() => _session.Module.Get<string>(
        "Get-OscStorageElement -AccessGroup hosts | ForEach-Object Name | Sort-Object");
}
