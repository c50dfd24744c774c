using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Servers;

/// <summary>Changing a registered server.</summary>
public sealed class ServerChangeTests : IDisposable
{
    private readonly TestBed _bed = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    private Task<StorageServer> RegisterAsync(string name = "lab") => _bed.Engine.RegisterAsync(_bed.Draft(name), "Recording", false, Cancellation);

    private static Func<RecordedCall, CancellationToken, Task> Once(Func<Task> action)
    {
        var isDone = 0;
        return (_, _) => Interlocked.Exchange(ref isDone, 1) == 0 ? action() : Task.CompletedTask;
    }

    private Task<StorageServer> ChangeAsync(Func<StorageServer, StorageServer> change) => _bed.Engine.ChangeAsync("lab", change, null, Cancellation);

    [Fact]
    public async Task A_change_is_checked_like_a_registration_and_kept()
    {
        var before = await RegisterAsync();
        _bed.Array.ForgetCalls();
        var after = await ChangeAsync(server => server with { Name = "renamed" });
        Assert.Equal(before with { Name = "renamed", ReportedAt = after.ReportedAt }, after);
        Assert.Equal(["validate", "getStorageNames", "getCapabilities", "validate", "getInfo"], _bed.Array.CalledMethods);
        Assert.Equal([after], _bed.NewEngine().GetServers());
    }

    [Fact]
    public async Task A_change_that_the_array_refuses_changes_nothing()
    {
        var before = await RegisterAsync();
        _bed.Array.Throw("validate", () => new InvalidStorageArrayException("No."));
        await Assert.ThrowsAsync<InvalidStorageArrayException>(() => ChangeAsync(server => server with { AdminHost = "x" }));
        Assert.Equal([before], _bed.Engine.GetServers());
    }

    [Fact]
    public async Task After_a_refusal_the_old_record_is_validated_again()
    {
        var before = await RegisterAsync();
        _bed.Array.Before("getInfo", Once(() => _bed.NewEngine().RegisterAsync(_bed.Draft("taken"), "Recording", false, Cancellation)));

        await Expect.FailureAsync<AlreadyExistsException>("StorageServerExists", "taken", () =>
            ChangeAsync(server => server with { Name = "taken", AdminHost = "elsewhere" }));

        Assert.Equal(before.AdminHost, _bed.Array.Calls.Last(call => call.Method == "validate").Server.AdminHost);
        Assert.Contains(before, _bed.Engine.GetServers());
    }

    [Fact]
    public async Task A_change_that_another_command_overtook_is_refused_and_undoes_nothing()
    {
        await RegisterAsync();
        _bed.Array.Before("getInfo", Once(() =>
            _bed.NewEngine().ChangeAsync("lab", server => server with { AdminHost = "first" }, null, Cancellation)));

        await Expect.FailureAsync<InvalidRequestException>("StorageServerChanged", "lab", () => ChangeAsync(server => server with { AdminHost = "second" }));

        Assert.Equal("first", Assert.Single(_bed.Engine.GetServers()).AdminHost);
    }

    [Fact]
    public async Task Of_a_server_that_is_forgotten_meanwhile_no_secret_is_left()
    {
        await RegisterAsync();
        using var secret = new Secret("array-password");
        _bed.Array.Before("getInfo", (_, _) =>
        {
            _bed.NewEngine().Unregister("lab");
            return Task.CompletedTask;
        });
        await Expect.FailureAsync<NotFoundException>("StorageServerNotFound", "lab", () =>
            _bed.Engine.ChangeAsync("lab", server => (server with { AdminUser = "admin" }).WithAdminSecret(secret), saveCredential: true, Cancellation));
        Assert.False(Directory.Exists(_bed.SecretsFolder));
    }

    [Fact]
    public async Task A_name_of_another_server_is_refused_and_its_own_in_another_case_is_not()
    {
        await RegisterAsync();
        await RegisterAsync("other");
        await Expect.FailureAsync<AlreadyExistsException>("StorageServerExists", "Other", () => ChangeAsync(server => server with { Name = "Other" }));
        Assert.Equal("LAB", (await ChangeAsync(server => server with { Name = "LAB" })).Name);
    }

    [Fact]
    public async Task A_server_that_is_unregistered_meanwhile_is_not_found()
    {
        await RegisterAsync();
        var other = _bed.NewEngine();
        _bed.Array.Before("getInfo", (_, _) =>
        {
            other.Unregister("lab");
            return Task.CompletedTask;
        });
        await Expect.FailureAsync<NotFoundException>("StorageServerNotFound", "lab", () => ChangeAsync(server => server with { AdminHost = "x" }));
        Assert.Empty(_bed.Engine.GetServers());
    }

    [Fact]
    public async Task A_refresh_never_undoes_what_a_user_changes_meanwhile()
    {
        await RegisterAsync();
        var other = _bed.NewEngine();
        var changing = false;
        _bed.Array.Before("getInfo", async (_, token) =>
        {
            if (!changing)
            {
                changing = true;
                await other.ChangeAsync("lab", server => server with { AdminHost = "new" }, null, token);
            }
        });
        _bed.Array.Contents.Status = "Degraded";
        await _bed.Engine.RefreshAsync("lab", Cancellation);
        Assert.Equal("new", Assert.Single(_bed.Engine.GetServers()).AdminHost);
    }

    [Fact]
    public async Task A_refresh_that_brings_nothing_new_writes_nothing()
    {
        await RegisterAsync();
        var content = await File.ReadAllBytesAsync(_bed.ServersFile, Cancellation);
        File.SetLastWriteTimeUtc(_bed.ServersFile, DateTime.UnixEpoch);
        await _bed.Engine.RefreshAsync("lab", Cancellation);
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(_bed.ServersFile));
        Assert.Equal(content, await File.ReadAllBytesAsync(_bed.ServersFile, Cancellation));
    }
}
