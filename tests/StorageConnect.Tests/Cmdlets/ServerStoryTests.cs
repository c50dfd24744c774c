using System.Management.Automation;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>What users do with servers: choose one behind a concentrator, change, test and forget them.</summary>
[Collection(ModuleSessions.Name)]
public sealed class ServerStoryTests : IDisposable
{
    private readonly ModuleSession _session = new();
    private readonly string _root = LoopMounts.NewFolder(PoolKind.Copy);

    [Fact]
    public void Behind_a_concentrator_one_array_must_be_chosen_and_the_error_lists_them()
    {
        Pools("gold", "silver");

        var error = Register().Error("StorageNameNeeded");

        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
        Assert.Contains("'gold', 'silver'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(_session.Invoke("Get-OscStorageServer").Output);
    }

    [Fact]
    public void An_unset_variable_is_no_list_of_contexts_and_an_empty_list_is_none()
    {
        Pools("gold");
        Register();
        _session.Invoke("Set-OscStorageServer lab -AccessContext (New-OscAccessContext 192.0.2.1) -NetDevice eth1").Succeeds();

        foreach (var nothing in new[] { "$unset", "@($null)" })
        {
            _session.Invoke($"Set-OscStorageServer lab -AccessContext {nothing}").Error("NothingChosen");
            _session.Invoke($"Set-OscStorageServer lab -NetDevice {nothing}").Error("NothingChosen");
        }

        Assert.Equal("192.0.2.1", Assert.Single(Server(_session.Invoke("Get-OscStorageServer")).AccessContexts).Host);
        var emptied = Server(_session.Invoke("Set-OscStorageServer lab -AccessContext @() -NetDevice @() -PassThru"));
        Assert.Equal((0, 0), (emptied.AccessContexts.Count, emptied.NetDevices.Count));
    }

    [Fact]
    public void The_only_array_behind_a_concentrator_is_taken()
    {
        Pools("gold");

        Assert.Equal("gold", Server(Register()).StorageName);
    }

    [Theory]
    [InlineData("bronze")]
    [InlineData("../gold")]
    [InlineData("..")]
    [InlineData("Gold")]
    public void A_storage_name_that_is_not_there_is_refused(string name)
    {
        Pools("gold", "silver");

        Register(name).Error("StorageNameUnknown");
    }

    [Fact]
    public void The_chosen_array_is_the_one_that_is_used_and_another_can_be_chosen_later()
    {
        Pools("gold", "silver");

        // Only registering makes an array of a folder.
        Register("gold");
        _session.Invoke("Unregister-OscStorageServer lab -Confirm:$false");
        Assert.Equal("silver", Server(Register("silver")).StorageName);

        var outcome = _session.Invoke(
            """
            Get-OscStorageName
            $null = New-OscStorageElement -Name on-silver -Size 1MB
            Set-OscStorageServer lab -StorageName gold
            @(Get-OscStorageElement).Count
            Set-OscStorageServer lab -StorageName silver
            (Get-OscStorageElement).Name
            """);

        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        Assert.Equal(["gold", "silver", 0, "on-silver"], outcome.Output.Select(item => item.BaseObject));
    }

    [Fact]
    public void A_test_tells_what_is_wrong_as_an_error_or_in_detail_as_an_object()
    {
        Pools("gold");
        Register();
        Directory.Delete(Path.Combine(_root, "gold"), recursive: true);

        var plain = _session.Invoke("Test-OscStorageServer lab");
        var detailed = Assert.Single(_session.Invoke("Test-OscStorageServer lab -Detailed").Output);

        Assert.False((bool)Assert.Single(plain.Output).BaseObject);
        Assert.Equal(Assert.Single(plain.Errors).FullyQualifiedErrorId.Split(',')[0], detailed.Properties["ErrorId"].Value);
        Assert.False((bool)detailed.Properties["Passed"].Value);
        Assert.NotEmpty((string)detailed.Properties["Recommendation"].Value);
    }

    [Fact]
    public void The_plug_in_s_help_for_ExtraInfo_is_shown_where_it_is_needed()
    {
        var help = Assert.Single(_session.Get<OscPlugin>("Get-OscPlugin Local")).StorageServerExtraInfoHelp!;

        var error = _session.Invoke("Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo 'Pol=/x'").Error("ExtraInfoInvalid");

        Assert.Contains("Pool=<folder>", help, StringComparison.Ordinal);
        Assert.Contains(help, error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_without_the_password_is_told_to_give_it_and_a_saved_one_needs_not()
    {
        using var array = new RecordingArray();
        new PluginBlueprint().WriteTo(Path.Combine(_session.UserPlugins, "Recording"));
        var credential = ("c", (object?)new PSCredential("admin", Secure("array-password")));
        const string register = "Register-OscStorageServer -Name kept -Plugin Recording -StorageType SAN -ExtraInfo $info -Credential $c";
        _session.Invoke(register, ("info", array.Id), credential);

        // Another process is one whose memory of secrets is empty; the settings are the same.
        var paths = StorageConnect.Engine.Settings.EnginePaths.FromEnvironment(StagedModule.Folder);
        var elsewhere = new StorageConnect.Engine.StorageEngine(paths, new FakeHost());
        var error = await Assert.ThrowsAsync<AuthenticationFailedException>(
            () => elsewhere.GetArray("kept").ValidateAsync(TestContext.Current.CancellationToken));
        Assert.Equal("CredentialNeeded", error.ErrorId);
        Assert.Contains("Set-OscStorageServer", error.Recommendation, StringComparison.Ordinal);

        var outcome = _session.Invoke("Set-OscStorageServer kept -Credential $c -SaveCredential; Test-OscStorageServer kept", credential);
        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        elsewhere = new(paths, new FakeHost());
        await elsewhere.GetArray("kept").ValidateAsync(TestContext.Current.CancellationToken);

        _session.Invoke("Unregister-OscStorageServer kept");
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_session.Folder.Path, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".dll", StringComparison.Ordinal)),
            file => File.ReadAllText(file).Contains("array-password", StringComparison.Ordinal));
    }

    [Fact]
    public void A_changed_server_is_validated_and_a_wrong_change_changes_nothing()
    {
        Pools("gold");
        Register();

        _session.Invoke("Set-OscStorageServer lab -NewName other -ExtraInfo 'Pool=/nosuch'").Error("PoolNotFound");
        Assert.Equal("lab", Server(_session.Invoke("Get-OscStorageServer")).Name);

        Assert.Equal("other", Server(_session.Invoke("Set-OscStorageServer lab -NewName other -PassThru")).Name);
        _session.Invoke("Get-OscStorageServer lab").Error("StorageServerNotFound");
        Assert.Empty(_session.Invoke("Unregister-OscStorageServer other; Get-OscStorageServer").Output);
        Assert.True(Directory.Exists(Path.Combine(_root, "gold")));
    }

    public void Dispose()
    {
        _session.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static StorageServer Server(ModuleSession.Outcome outcome)
    {
        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        return Assert.IsType<StorageServer>(Assert.Single(outcome.Output).BaseObject);
    }

    private static System.Security.SecureString Secure(string text)
    {
        var secure = new System.Security.SecureString();
        foreach (var character in text)
        {
            secure.AppendChar(character);
        }

        return secure;
    }

    private void Pools(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.Combine(_root, name));
        }
    }

    private ModuleSession.Outcome Register(string? storageName = null) => _session.Invoke(
        "$p = @{}; if ($name) { $p.StorageName = $name }; Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo \"Root=$root\" @p",
        ("root", _root), ("name", storageName));
}
