using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Servers;

/// <summary>Register: validate, choose the storage name, validate with it, ask what it is, keep it.</summary>
public sealed class RegistrationTests : IDisposable
{
    private readonly TestBed _bed = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    private Task<StorageServer> RegisterAsync(StorageServer? draft = null, string plugin = "Recording") =>
        _bed.Engine.RegisterAsync(draft ?? _bed.Draft(), plugin, saveCredential: false, Cancellation);

    private void AssertNothingIsKept()
    {
        Assert.Empty(_bed.Engine.GetServers());
        Assert.False(File.Exists(_bed.ServersFile));
        Assert.False(Directory.Exists(_bed.SecretsFolder) && Directory.EnumerateFiles(_bed.SecretsFolder).Any());
    }

    [Fact]
    public async Task The_calls_come_in_the_published_order()
    {
        await RegisterAsync();
        Assert.Equal(["validate", "getStorageNames", "getCapabilities", "validate", "getInfo"], _bed.Array.CalledMethods);
    }

    [Fact]
    public async Task What_is_kept_is_what_was_entered_and_what_the_array_told()
    {
        var server = await RegisterAsync(_bed.Draft() with { AdminHost = "10.0.0.1", NetDevices = ["eth0"] });
        Assert.Matches("^[0-9a-f]{32}$", server.Uuid);
        Assert.Equal(("lab", "Recording", "1.0.0-1", "10.0.0.1"), (server.Name, server.PluginName, server.PluginVersion, server.AdminHost));
        Assert.Equal(["eth0"], server.NetDevices);
        Assert.Equal(("An array in memory", "Good"), (server.Description, server.Status));
        Assert.Equal([server], _bed.Engine.GetServers());
        Assert.Equal([server], _bed.NewEngine().GetServers());
    }

    [Fact]
    public async Task The_users_entries_stay_the_users_whatever_the_array_answers()
    {
        _bed.Array.Lie<StorageServer>("getInfo",
            info => info with { Uuid = "x", Name = "other", ExtraInfo = "x", AdminHost = "evil", StorageType = StorageType.iSCSI });
        var server = await RegisterAsync();
        Assert.Equal(("lab", _bed.Array.Id, null, StorageType.SAN), (server.Name, server.ExtraInfo, server.AdminHost, server.StorageType));
        Assert.NotEqual("x", server.Uuid);
    }

    [Fact]
    public async Task The_arrays_own_identity_is_kept_and_comes_back_until_the_server_means_another_array()
    {
        _bed.Array.Lie<StorageServer>("getInfo", info => info with { ArrayId = "serial 1" });
        Assert.Equal("serial 1", (await RegisterAsync()).ArrayId);
        Assert.All(_bed.Array.Calls, call => Assert.Null(call.Server.ArrayId));

        _bed.Array.ForgetCalls();
        await _bed.NewEngine().GetArray("lab").GetStatusAsync(null, Cancellation);
        Assert.All(_bed.Array.Calls, call => Assert.Equal("serial 1", call.Server.ArrayId));
    }

    [Fact]
    public async Task Another_array_that_answers_in_its_place_is_told_and_not_taken_for_it()
    {
        _bed.Array.Lie<StorageServer>("getInfo", info => info with { ArrayId = "serial 1" });
        await RegisterAsync();
        await _bed.Engine.GetArray("lab").ValidateAsync(Cancellation);
        _bed.Array.Lie<StorageServer>("getInfo", info => info with { ArrayId = "serial 2" });

        await Expect.FailureAsync<InvalidStorageArrayException>("ArrayChanged", "lab", () => _bed.Engine.RefreshAsync("lab", Cancellation));

        Assert.Equal("serial 1", Assert.Single(_bed.NewEngine().GetServers()).ArrayId);
        _bed.Array.ForgetCalls();
        await _bed.Engine.GetArray("lab").GetStatusAsync(null, Cancellation);
        Assert.Equal(["validate", "getStatus"], _bed.Array.CalledMethods); // the plug-in compares there
    }

    [Fact]
    public async Task An_answer_without_an_identity_takes_none_away()
    {
        _bed.Array.Lie<StorageServer>("getInfo", info => info with { ArrayId = "serial 1" });
        await RegisterAsync();
        _bed.Array.Lie<StorageServer>("getInfo", info => info with { ArrayId = null, Status = "Degraded" });

        Assert.Equal("Degraded", (await _bed.Engine.RefreshAsync("lab", Cancellation)).Status);

        Assert.Equal("serial 1", Assert.Single(_bed.NewEngine().GetServers()).ArrayId);
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("getStorageNames")]
    [InlineData("getCapabilities")]
    [InlineData("getInfo")]
    public async Task When_one_step_fails_nothing_is_kept(string method)
    {
        _bed.Array.Throw(method, () => new ArrayUnreachableException("No answer.") { Element = "lab", Recommendation = "Look at the cable." });
        await Expect.FailureAsync<ArrayUnreachableException>("ArrayUnreachable", "lab", () => RegisterAsync());
        Assert.Equal(method, _bed.Array.CalledMethods[^1]);
        AssertNothingIsKept();
    }

    [Fact]
    public async Task When_the_second_validate_fails_nothing_is_kept()
    {
        _bed.Array.Before("validate", (_, _) => _bed.Array.Calls.Count > 1 ? throw new InvalidStorageArrayException("No.") : Task.CompletedTask);
        await Assert.ThrowsAsync<InvalidStorageArrayException>(() => RegisterAsync());
        AssertNothingIsKept();
    }

    [Fact]
    public async Task When_the_secrets_can_not_be_saved_nothing_is_kept()
    {
        Directory.CreateDirectory(_bed.Paths.Config);
        await File.WriteAllTextAsync(_bed.SecretsFolder, "a file in the place of the folder", Cancellation);
        using var secret = new Secret("pw");
        var draft = (_bed.Draft() with { AdminUser = "admin" }).WithAdminSecret(secret);
        await Expect.FailureAsync<AccessDeniedException>("CredentialNotSaved", _bed.SecretsFolder,
            () => _bed.Engine.RegisterAsync(draft, "Recording", saveCredential: true, Cancellation));
        Assert.Empty(_bed.Engine.GetServers());
    }

    [Fact]
    public async Task A_name_that_is_taken_in_any_case_is_refused_before_any_call()
    {
        await RegisterAsync();
        _bed.Array.ForgetCalls();
        var error = await Expect.FailureAsync<AlreadyExistsException>("StorageServerExists", "LAB", () => RegisterAsync(_bed.Draft("LAB")));
        Assert.Contains("'lab'", error.Message, StringComparison.Ordinal);
        Assert.Empty(_bed.Array.Calls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\t")]
    [InlineData("  ")]
    [InlineData("a\0b")]
    public async Task A_name_that_can_not_be_is_refused_before_any_call(string name)
    {
        await Expect.FailureAsync<InvalidRequestException>("NameInvalid", name, () => RegisterAsync(_bed.Draft(name)));
        Assert.Empty(_bed.Array.Calls);
    }

    [Fact]
    public async Task Any_other_text_can_be_a_name()
    {
        foreach (var name in new[] { "-x", "../../etc", "a b", "*", "[x]", "名前 🚀", "it's", "\"", new string('n', 255) })
        {
            await RegisterAsync(_bed.Draft(name));
            Assert.Equal(name, _bed.NewEngine().GetArray(name).Name);
        }
    }

    [Fact]
    public async Task A_plug_in_that_is_not_there_is_named_with_those_that_are()
    {
        var error = await Expect.FailureAsync<NotFoundException>("PluginNotFound", "None", () => RegisterAsync(plugin: "None"));
        Assert.Contains("'Recording'", error.Message, StringComparison.Ordinal);
        AssertNothingIsKept();
    }

    [Theory]
    [InlineData("recording")]
    [InlineData(PluginBlueprint.DefaultClassName)]
    public async Task A_plug_in_is_meant_by_its_name_in_any_case_or_by_its_class(string plugin) =>
        Assert.Equal("Recording", (await RegisterAsync(plugin: plugin)).PluginName);

    [Breaks(8, By.Caller)]
    [Fact]
    public async Task Rule_8_a_storage_type_that_the_plug_in_does_not_declare_is_refused_before_any_call()
    {
        using var bed = new TestBed(new() { StorageTypes = [StorageType.iSCSI] });
        await Expect.FailureAsync<InvalidStorageArrayException>("StorageTypeUnsupported", "lab", () =>
            bed.Engine.RegisterAsync(bed.Draft(), "Recording", false, Cancellation));
        Assert.Empty(bed.Array.Calls);
    }

    [Breaks(2, By.Caller)]
    [Fact]
    public async Task Rule_2_below_1_2_9_there_is_one_access_context()
    {
        using var bed = new TestBed(new() { ExtendedApiVersion = "1.2.8" });
        var draft = bed.Draft() with { StorageType = StorageType.iSCSI, AccessContexts = [new() { Host = "a" }, new() { Host = "b" }] };
        var error = await Expect.FailureAsync<InvalidStorageArrayException>("OneAccessContextOnly", "lab", () =>
            bed.Engine.RegisterAsync(draft, "Recording", false, Cancellation));
        Assert.Contains("1.2.8", error.Message, StringComparison.Ordinal);
        Assert.Empty(bed.Array.Calls);
        await bed.Engine.RegisterAsync(draft with { AccessContexts = [new() { Host = "a" }] }, "Recording", false, Cancellation);
    }

    [Fact]
    public async Task Rule_2_from_1_2_9_on_there_are_several()
    {
        using var bed = new TestBed(new() { ExtendedApiVersion = "1.2.9" });
        var draft = bed.Draft() with { AccessContexts = [new() { Host = "a" }, new() { Host = "b" }] };
        Assert.Equal(2, (await bed.Engine.RegisterAsync(draft, "Recording", false, Cancellation)).AccessContexts.Count);
    }

    [Fact]
    public async Task An_unregistered_server_is_gone_for_all_and_its_array_is_not_touched()
    {
        await RegisterAsync();
        var other = _bed.NewEngine();
        Assert.Single(other.GetServers());
        _bed.Array.ForgetCalls();
        _bed.Engine.Unregister("lab");
        Assert.Empty(_bed.Engine.GetServers());
        Assert.Empty(other.GetServers());
        Assert.Empty(_bed.Array.Calls);
        Expect.Failure<NotFoundException>("StorageServerNotFound", "lab", () => _bed.Engine.GetArray("lab"));
    }
}
