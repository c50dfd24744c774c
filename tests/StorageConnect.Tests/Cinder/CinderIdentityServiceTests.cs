using System.Text.Json;
using StorageConnect.Plugins.Cinder;
using StorageConnect.Plugins.Cinder.Http;
using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.MainJob;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cinder;

/// <summary>A real identity service in front of a real Cinder.</summary>
[Collection(nameof(CinderCloud))]
public sealed class CinderIdentityServiceTests(KeystoneCloud cloud) : IClassFixture<KeystoneCloud>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryLog _log = new();
    private readonly List<string> _tokens = [];
    private readonly Secret _password = new(KeystoneCloud.Password);
    private TimeSpan _patience = Timeout.InfiniteTimeSpan;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _password.Dispose();
    }

    [Fact]
    public async Task A_member_does_its_work_with_a_password_and_no_secret_is_in_a_record_a_file_an_error_or_the_log()
    {
        await cloud.StartAsync();
        using var plugin = NewPlugin();
        var server = cloud.Draft().WithAdminSecret(_password);
        await plugin.ValidateAsync(server, Token);
        var told = await plugin.GetInfoAsync(server, Token);
        await plugin.CreateAccessGroupsAsync(server, [new() { Name = "here", Entries = ["iqn.1994-05.com.example:here"] }], Token);
        var volume = await CreateAsync(plugin, server, "of-a-member");
        var error = await Assert.ThrowsAsync<AlreadyExistsException>(() => CreateAsync(plugin, server, "of-a-member"));
        await plugin.RemoveAsync(server, volume, Token);

        Assert.Contains("project storage", told.Description, StringComparison.Ordinal);
        Assert.NotEmpty(_tokens);
        string[] seen =
        [
            JsonSerializer.Serialize(told), JsonSerializer.Serialize(volume), error.ToString(), .. _log.Lines,
            .. Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(File.ReadAllText),
        ];
        Assert.All(seen, text => Assert.All([KeystoneCloud.Password, .. _tokens], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_application_credential_is_enough_and_another_project_than_its_own_is_refused()
    {
        await cloud.StartAsync();
        var (id, text) = await cloud.NewApplicationCredentialAsync();
        using var secret = new Secret(text);
        using var plugin = NewPlugin();
        var server = (cloud.Draft("Auth=appcredential") with { AdminUser = id }).WithAdminSecret(secret);

        await plugin.ValidateAsync(server, Token);
        await plugin.RemoveAsync(server, await CreateAsync(plugin, server, "of-a-credential"), Token);

        var error = await Assert.ThrowsAsync<InvalidStorageArrayException>(
            () => plugin.ValidateAsync(server with { ExtraInfo = "Auth=appcredential;Project=another" }, Token));
        Assert.Contains("'another'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_refused_and_told_nowhere()
    {
        await cloud.StartAsync();
        using var wrong = new Secret("Wrong-Canary-9");
        using var plugin = NewPlugin();

        var error = await Assert.ThrowsAsync<AuthenticationFailedException>(() => plugin.ValidateAsync(cloud.Draft().WithAdminSecret(wrong), Token));

        Assert.DoesNotContain("Wrong-Canary-9", error.ToString() + string.Join('\n', _log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_was_revoked_is_replaced_in_the_middle_of_the_work()
    {
        await cloud.StartAsync();
        using var plugin = NewPlugin();
        var server = cloud.Draft().WithAdminSecret(_password);
        await plugin.ValidateAsync(server, Token);
        await cloud.RevokeAsync(Assert.Single(_tokens));

        var volume = await CreateAsync(plugin, server, "after-the-end");

        Assert.Equal(2, _tokens.Distinct().Count());
        await plugin.RemoveAsync(server, volume, Token);
    }

    [Fact]
    public async Task Without_the_identity_service_the_error_says_so_and_it_goes_on_afterwards()
    {
        await cloud.StartAsync();
        using var plugin = NewPlugin();
        var server = cloud.Draft().WithAdminSecret(_password);
        await cloud.SignalIdentityAsync("STOP");
        _patience = TimeSpan.FromSeconds(1); // in place of the plug-in's own, which is longer
        try
        {
            var error = await Assert.ThrowsAsync<ArrayUnreachableException>(() => plugin.ValidateAsync(server, Token));
            Assert.Contains("the identity service", error.Message, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            _patience = Timeout.InfiniteTimeSpan;
            await cloud.SignalIdentityAsync("CONT");
        }

        await plugin.ValidateAsync(server, Token);
    }

    [Fact]
    public async Task The_documents_command_registers_it_and_the_trace_files_arguments_errors_and_serialized_records_have_no_secret()
    {
        await cloud.StartAsync();
        using var user = new UserProcesses();
        await File.WriteAllTextAsync(_folder["password"], KeystoneCloud.Password, Token);
        var command = Document.Blocks("docs/cinder.md", "## From a running Cinder to a LUN", "powershell")[0]
            .Replace("https://keystone.example:5000/v3", cloud.IdentityUrl, StringComparison.Ordinal)
            .Replace("-Credential osc", "-Credential $credential", StringComparison.Ordinal);

        var (_, output, error) = await user.RunCommandAsync([], $$"""
            $VerbosePreference = $DebugPreference = 'Continue'
            $credential = [pscredential]::new('osc', (ConvertTo-SecureString ([IO.File]::ReadAllText('{{_folder["password"]}}')) -AsPlainText -Force))
            {{command}}
            New-OscStorageElement -Name told -Size 1GB -VolumeGroup fake
            @(Get-OscStorageServer; Get-OscStorageElement -Name told) | Export-Clixml '{{_folder["records.xml"]}}'
            New-OscStorageElement -Name told -Size 1GB -VolumeGroup fake
            $Error | Format-List -Force *
            $Error.Exception | Format-List -Force *
            Get-ChildItem /proc/[0-9]*/cmdline | ForEach-Object { try { [IO.File]::ReadAllText($_) } catch { } }
            Remove-OscStorageElement -Name told -Confirm:$false
            """);

        Assert.Contains("DEBUG:", output, StringComparison.Ordinal);
        Assert.Contains("is taken in this project", output + error, StringComparison.Ordinal);
        Assert.Contains("told", await File.ReadAllTextAsync(_folder["records.xml"], Token), StringComparison.Ordinal);
        File.Delete(_folder["password"]);
        string[] seen = [output, error, .. user.Folders.Append(_folder.Path)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Select(File.ReadAllText)];
        const string anyToken = "gAAAAA"; // how all tokens of keystone begin
        Assert.All(seen, text => Assert.DoesNotContain(KeystoneCloud.Password, text, StringComparison.Ordinal));
        Assert.All(seen, text => Assert.DoesNotContain(anyToken, text, StringComparison.Ordinal));
    }

    private static async Task<StorageElement> CreateAsync(CinderPlugin plugin, StorageServer server, string name)
    {
        var record = await plugin.CreateAsync(server, new() { Name = name, SizeBytes = 1L << 30, VolumeGroupName = "fake" }, true, null, Token);
        while (record.AsyncProgress is not null)
        {
            await Task.Delay(50, Token);
            record = await plugin.GetAsyncProgressAsync(server, record, Token);
        }

        return record;
    }

    private CinderPlugin NewPlugin() => new()
    {
        Services = new(new PluginCache(), new FakeHost()) { StateFolder = _folder.Path, Log = _log },
        Connect = _ => new ServiceConnection(new TokenSpy(_tokens, () => _patience)),
    };

    /// <summary>Keeps the tokens that the identity service gives.</summary>
    private sealed class TokenSpy(List<string> tokens, Func<TimeSpan> patience) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(patience());
            var answer = await base.SendAsync(request, limit.Token);
            if (answer.Headers.TryGetValues("X-Subject-Token", out var values))
            {
                tokens.AddRange(values);
            }

            return answer;
        }
    }
}
