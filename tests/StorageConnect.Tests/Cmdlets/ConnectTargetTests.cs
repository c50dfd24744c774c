using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Connect-OscTarget does what its parameters say, or refuses.</summary>
[Collection(ModuleSessions.Name)]
public sealed class ConnectTargetTests : IDisposable
{
    private readonly RecordingSession _session = new();

    [Theory]
    [InlineData("-NetDevice eth1")]
    [InlineData("-ChapCredential $user")]
    [InlineData("-MutualChapCredential $user")]
    public void What_is_in_place_of_a_value_of_an_access_context_is_refused_where_there_is_none(string given)
    {
        _session.Module.Invoke("Register-OscStorageServer fabric -Plugin Recording -StorageType iSCSI -ExtraInfo $info", ("info", _session.Array.Id))
            .Succeeds();

        var error = _session.Invoke(
            $$"""
            $secret = [securestring]::new(); 'twelve-chars'.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }
            $user = [pscredential]::new('user', $secret)
            Connect-OscTarget iqn.2001-04.com.example:t -StorageServer fabric {{given}}
            """).Error("AccessContextNeeded");

        Assert.Contains("-NetDevice", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    public void Dispose() => _session.Dispose();
}
