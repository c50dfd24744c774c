using System.Text;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Servers;

/// <summary>Secrets live for a process, or in a file of their own where the user wants it, and nowhere else.</summary>
public sealed class SecretKeepingTests : IDisposable
{
    private const string Admin = "adm1n-s3cr3t";
    private const string Chap = "ch4p-s3cr3t-12";
    private const string Mutual = "mutu4l-s3cr3t";
    private readonly TestBed _bed = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    private StorageServer Draft => (_bed.Draft() with
    {
        StorageType = StorageType.iSCSI,
        Chap = true,
        AdminUser = "admin",
        AccessContexts = [new AccessContext { Host = "a", ChapUser = "c", MutualChapUser = "m" }.WithSecrets(new(Chap), new(Mutual)), new() { Host = "b" }],
    }).WithAdminSecret(new(Admin));

    private StorageServer TwoUsers => _bed.Draft() with
    {
        StorageType = StorageType.iSCSI,
        Chap = true,
        AccessContexts =
        [
            new AccessContext { Host = "f1", ChapUser = "a", NetDevice = "eth1" }.WithSecrets(new("s3cr3t-of-a"), null),
            new AccessContext { Host = "f1", ChapUser = "b", NetDevice = "eth1" }.WithSecrets(new("s3cr3t-of-b"), null),
            new AccessContext { Host = "f1", ChapUser = "b", NetDevice = "eth2" }.WithSecrets(new("s3cr3t-of-c"), null),
        ],
    };

    private static StorageServer Rotated(StorageServer server) => server with
    {
        AccessContexts = [server.AccessContexts[0].WithSecrets(new("n3w-ch4p-s3cr3t"), new(Mutual)), server.AccessContexts[1]],
    };

    private static string? Read(Secret? secret) => secret?.Use(characters => new string(characters));

    private string SecretsFile(StorageServer server) => Path.Combine(_bed.SecretsFolder, server.Uuid + ".json");

    private Task<StorageServer> RegisterAsync(bool save) => _bed.Engine.RegisterAsync(Draft, "Recording", save, Cancellation);

    private static void AssertHasThemAll(StorageServer seen)
    {
        Assert.Equal(Admin, Read(seen.GetAdminSecret()));
        Assert.Equal(Chap, Read(seen.AccessContexts[0].GetChapSecret()));
        Assert.Equal(Mutual, Read(seen.AccessContexts[0].GetMutualChapSecret()));
        Assert.Null(seen.AccessContexts[1].GetChapSecret());
    }

    [Fact]
    public async Task The_plug_in_sees_them_at_every_call()
    {
        await RegisterAsync(save: false);
        await _bed.Engine.GetArray("lab").GetStatusAsync(null, Cancellation);
        Assert.All(_bed.Array.Calls, call => AssertHasThemAll(call.Server));
    }

    [Fact]
    public async Task What_the_engine_hands_out_has_none()
    {
        var server = await RegisterAsync(save: true);
        foreach (var seen in new[] { server, _bed.Engine.GetServers()[0], _bed.Engine.GetArray("lab").Server,
            await _bed.Engine.RefreshAsync("lab", Cancellation) })
        {
            Assert.Null(seen.GetAdminSecret());
            Assert.Null(seen.AccessContexts[0].GetChapSecret());
            Assert.Null(seen.AccessContexts[0].GetMutualChapSecret());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task They_are_in_no_file_but_the_one_asked_for(bool save)
    {
        var server = await RegisterAsync(save);
        foreach (var file in Directory.EnumerateFiles(_bed.Paths.Config, "*", SearchOption.AllDirectories).Where(file => file != SecretsFile(server)))
        {
            var content = await File.ReadAllTextAsync(file, Encoding.UTF8, Cancellation);
            Assert.All([Admin, Chap, Mutual], secret => Assert.DoesNotContain(secret, content, StringComparison.Ordinal));
        }

        Assert.Equal(save, File.Exists(SecretsFile(server)));
    }

    [Fact]
    public async Task Another_process_without_them_says_which_and_how_to_give_them()
    {
        await RegisterAsync(save: false);
        _bed.Array.ForgetCalls();
        var error = await Expect.FailureAsync<AuthenticationFailedException>("CredentialNeeded", "lab", () =>
            _bed.NewEngine().GetArray("lab").GetStatusAsync(null, Cancellation));
        Assert.Contains("'admin'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Set-OscStorageServer", error.Recommendation, StringComparison.Ordinal);
        Assert.Contains("-Credential", error.Recommendation, StringComparison.Ordinal);
        Assert.Empty(_bed.Array.Calls);
    }

    [Fact]
    public async Task A_CHAP_secret_that_is_missing_is_named_by_its_host()
    {
        await _bed.Engine.RegisterAsync(Draft with { AdminUser = null }, "Recording", false, Cancellation);
        var error = await Expect.FailureAsync<AuthenticationFailedException>("CredentialNeeded", "lab", () =>
            _bed.NewEngine().GetArray("lab").GetStatusAsync(null, Cancellation));
        Assert.Contains("a:3260", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_process_has_the_saved_ones()
    {
        await RegisterAsync(save: true);
        _bed.Array.ForgetCalls();
        await _bed.NewEngine().GetArray("lab").GetStatusAsync(null, Cancellation);
        Assert.All(_bed.Array.Calls, call => AssertHasThemAll(call.Server));
    }

    [Fact]
    public async Task Given_to_another_process_they_serve_there()
    {
        await RegisterAsync(save: false);
        var other = _bed.NewEngine();
        await other.ChangeAsync("lab", _ => Draft with { Uuid = _.Uuid }, null, Cancellation);
        _bed.Array.ForgetCalls();
        await other.GetArray("lab").GetStatusAsync(null, Cancellation);
        AssertHasThemAll(_bed.Array.Calls[0].Server);
    }

    [Fact]
    public async Task Saved_ones_are_changed_with_the_server_and_no_longer_saved_when_not_wanted()
    {
        var server = await RegisterAsync(save: true);
        await _bed.Engine.ChangeAsync("lab", old => old.WithAdminSecret(new("new")), null, Cancellation);
        _bed.Array.ForgetCalls();
        await _bed.NewEngine().GetArray("lab").GetStatusAsync(null, Cancellation);
        Assert.Equal("new", Read(_bed.Array.Calls[0].Server.GetAdminSecret()));

        await _bed.Engine.ChangeAsync("lab", old => old, saveCredential: false, Cancellation);
        Assert.False(File.Exists(SecretsFile(server)));
    }

    [Fact]
    public async Task Unregistering_forgets_the_saved_ones_too()
    {
        var server = await RegisterAsync(save: true);
        _bed.Engine.Unregister("lab");
        Assert.False(File.Exists(SecretsFile(server)));
    }

    [Fact]
    public async Task Unregistering_a_server_leaves_those_that_other_servers_and_the_user_share_with_it()
    {
        var draft = Draft;
        await _bed.Engine.RegisterAsync(draft with { Name = "one" }, "Recording", false, Cancellation);
        await _bed.Engine.RegisterAsync(draft with { Name = "two" }, "Recording", false, Cancellation);
        _bed.Engine.Unregister("one");
        _bed.Array.ForgetCalls();

        await _bed.Engine.GetArray("two").ValidateAsync(Cancellation);
        Assert.All(_bed.Array.Calls, call => AssertHasThemAll(call.Server));
        AssertHasThemAll(draft);
    }

    [Fact]
    public async Task A_registration_that_fails_at_its_end_leaves_those_of_the_user()
    {
        var draft = Draft;
        _bed.Array.Before("getInfo", async (_, _) =>
        {
            _bed.Array.Behave("getInfo");
            await _bed.NewEngine().RegisterAsync(Draft, "Recording", false, Cancellation);
        });
        await Expect.FailureAsync<AlreadyExistsException>("StorageServerExists", "lab", () =>
            _bed.Engine.RegisterAsync(draft, "Recording", false, Cancellation));
        AssertHasThemAll(draft);
    }

    [Fact]
    public async Task Those_that_another_process_changed_and_saved_are_used()
    {
        await RegisterAsync(save: true);
        await _bed.Engine.GetArray("lab").GetStatusAsync(null, Cancellation);
        await _bed.NewEngine().ChangeAsync("lab", Rotated, saveCredential: true, Cancellation);
        _bed.Array.ForgetCalls();

        await _bed.Engine.GetArray("lab").GetStatusAsync(null, Cancellation);
        Assert.Equal("validate", _bed.Array.CalledMethods[0]);
        Assert.All(_bed.Array.Calls, call => Assert.Equal("n3w-ch4p-s3cr3t", Read(call.Server.AccessContexts[0].GetChapSecret())));
    }

    [Fact]
    public async Task After_a_change_in_another_process_that_saved_none_the_old_ones_are_not_used()
    {
        await RegisterAsync(save: true);
        await _bed.Engine.GetArray("lab").GetStatusAsync(null, Cancellation);
        await _bed.NewEngine().ChangeAsync("lab", Rotated, saveCredential: false, Cancellation);
        _bed.Array.ForgetCalls();

        await Expect.FailureAsync<AuthenticationFailedException>("CredentialNeeded", "lab", () =>
            _bed.Engine.GetArray("lab").GetStatusAsync(null, Cancellation));
        Assert.Empty(_bed.Array.Calls);

        await _bed.Engine.ChangeAsync("lab", old => Draft with { Uuid = old.Uuid }, null, Cancellation);
        await _bed.Engine.GetArray("lab").GetStatusAsync(null, Cancellation);
        Assert.All(_bed.Array.Calls, call => AssertHasThemAll(call.Server));
    }

    [Fact]
    public async Task A_change_of_something_else_in_another_process_leaves_unsaved_ones_in_use()
    {
        await RegisterAsync(save: true);
        await _bed.Engine.GetArray("lab").GetStatusAsync(null, Cancellation);
        await _bed.NewEngine().ChangeAsync("lab", old => old with { Name = "new" }, saveCredential: false, Cancellation);
        _bed.Array.ForgetCalls();

        await _bed.Engine.GetArray("new").GetStatusAsync(null, Cancellation);
        Assert.Equal("validate", _bed.Array.CalledMethods[0]);
        Assert.All(_bed.Array.Calls, call => AssertHasThemAll(call.Server));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_users_and_network_devices_of_one_host_have_each_their_own(bool save)
    {
        await _bed.Engine.RegisterAsync(TwoUsers, "Recording", save, Cancellation);
        _bed.Array.ForgetCalls();

        await (save ? _bed.NewEngine() : _bed.Engine).GetArray("lab").GetStatusAsync(null, Cancellation);
        Assert.All(_bed.Array.Calls, call => Assert.Equal(
            ["s3cr3t-of-a", "s3cr3t-of-b", "s3cr3t-of-c"], call.Server.AccessContexts.Select(context => Read(context.GetChapSecret()))));
    }

    [Fact]
    public async Task A_context_that_is_there_twice_is_kept_and_can_be_changed()
    {
        var draft = Draft;
        draft = draft with { AccessContexts = [.. draft.AccessContexts, draft.AccessContexts[0]] };
        await _bed.Engine.RegisterAsync(draft, "Recording", true, Cancellation);
        _bed.Array.ForgetCalls();

        await _bed.Engine.ChangeAsync("lab", old => old with { Name = "new" }, saveCredential: true, Cancellation);
        Assert.All(_bed.Array.Calls, call => AssertHasThemAll(call.Server));
    }

    [Fact]
    public async Task Those_that_an_earlier_version_saved_are_used()
    {
        var server = await RegisterAsync(save: true);
        await File.WriteAllTextAsync(
            SecretsFile(server),
            $$"""{ "admin": "{{Admin}}", "chap:a:3260": "{{Chap}}", "mutual:a:3260": "{{Mutual}}" }""",
            Cancellation);
        _bed.Array.ForgetCalls();

        await _bed.NewEngine().GetArray("lab").GetStatusAsync(null, Cancellation);
        Assert.All(_bed.Array.Calls, call => AssertHasThemAll(call.Server));
    }

    [Fact]
    public async Task The_file_is_readable_by_its_user_alone_in_a_folder_of_its_own()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "File modes are a Unix thing.");
#pragma warning disable CA1416 // Skipped on Windows.
        Directory.CreateDirectory(_bed.SecretsFolder);
        File.SetUnixFileMode(_bed.SecretsFolder, (UnixFileMode)0b111_111_111);
        var server = await RegisterAsync(save: true);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SecretsFile(server)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_bed.SecretsFolder));
#pragma warning restore CA1416
    }

    [Fact]
    public async Task A_damaged_file_is_named_and_not_quoted()
    {
        var server = await RegisterAsync(save: true);
        await File.WriteAllTextAsync(SecretsFile(server), $$"""{ "admin": "{{Admin}}" x """, Cancellation);
        var error = await Expect.FailureAsync<DataCorruptException>("SavedCredentialUnreadable", SecretsFile(server), () =>
            _bed.NewEngine().GetArray("lab").GetStatusAsync(null, Cancellation));
        Assert.DoesNotContain(Admin, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("""{ "admin": null }""")]
    [InlineData("[]")]
    public async Task A_file_without_them_is_as_good_as_none_or_damaged(string content)
    {
        var server = await RegisterAsync(save: true);
        await File.WriteAllTextAsync(SecretsFile(server), content, Cancellation);
        var error = await Assert.ThrowsAnyAsync<StorageConnectException>(() => _bed.NewEngine().GetArray("lab").GetStatusAsync(null, Cancellation));
        Assert.Contains(error.ErrorId, new[] { "CredentialNeeded", "SavedCredentialUnreadable" });
    }

    [Fact]
    public async Task No_error_of_the_engine_shows_them()
    {
        await RegisterAsync(save: true);
        foreach (var method in new[] { "validate", "getStatus" })
        {
            _bed.Array.Throw(method, () => new InvalidOperationException("boom"));
            var error = await Assert.ThrowsAnyAsync<StorageConnectException>(() => _bed.NewEngine().GetArray("lab").GetStatusAsync(null, Cancellation));
            Assert.All([Admin, Chap, Mutual], secret => Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal));
            _bed.Array.Behave(method);
        }
    }
}
