using System.Diagnostics;
using StorageConnect.Engine;
using StorageConnect.Engine.Arrays;
using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>What the guide's plug-ins import: records, access contexts old and new, cache, identities, the host.</summary>
public sealed class PythonModulesTests : IDisposable
{
    private const string Canary = "chap-secret-0001";
    private readonly WorkerBed _bed = new();

    public static bool HasPython => PythonPluginTests.HasPython;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Theory(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [InlineData("'1', '2', '8'",
        "ss_record['access_host'], ss_record['access_port'], ss_record['access_user'], ss_record['access_passwd'] == 'chap-secret-0001'")]
    [InlineData("'1', '2', '9'", "[(one['access_host'], one['access_port'], one['access_user'], one['access_passwd'] == 'chap-secret-0001') "
        + "for one in ss_record['access_contexts']][0]")]
    public async Task A_login_host_is_in_the_record_below_revision_1_2_9_and_in_a_list_from_then_on(string extended, string expression)
    {
        using var secret = new Secret(Canary);
        var array = await OpenAsync($"repr(({expression}))", extended,
            draft => draft with { AccessContexts = [new AccessContext { Host = "192.0.2.10", ChapUser = "host1" }.WithSecrets(secret, null)], Chap = true });

        Assert.Equal("('192.0.2.10', 3260, 'host1', True)", await array.GetStatusAsync(null, Cancellation));
    }

    [Theory(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [InlineData("'naa.600A098038303053453f463045727961'", "3600a098038303053453f463045727961")]
    [InlineData("'0x600a098038303053453f463045727961'", "3600a098038303053453f463045727961")]
    [InlineData("'500a098038303053'", "3500a098038303053")]
    [InlineData("'eui.0025385b71b00f2e'", "20025385b71b00f2e")]
    [InlineData("'3600a098038303053453f463045727961'", "3600a098038303053453f463045727961")]
    [InlineData("bytes.fromhex('008300140103001060 25c0d0112233445566778899aabbcc'.replace(' ', ''))", "36025c0d0112233445566778899aabbcc")]
    public async Task An_identity_is_what_multipath_tools_makes_of_it(string raw, string expected)
    {
        var array = await OpenAsync($"OSCPluginUtils.makeMPPage83FromRawPage83({raw})");

        Assert.Equal(expected, await array.GetStatusAsync(null, Cancellation));
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task Every_property_of_a_record_has_a_key()
    {
        static string Missing(Type record, string keys, params string[] others) =>
            $"sorted({{{string.Join(", ", record.GetProperties().Select(property => $"'{property.Name}'"))}}} - set(__import__('osc_records').{keys}.values()) "
            + $"- {{{string.Join(", ", others.Append("").Select(other => $"'{other}'"))}}})";

        // The first has a conversion of its own, the other is the engine's.
        var array = await OpenAsync($"repr({Missing(typeof(StorageElement), "ELEMENT")} + "
            + $"{Missing(typeof(StorageServer), "SERVER", nameof(StorageServer.AccessContexts), nameof(StorageServer.ReportedAt))})");

        Assert.Equal("[]", await array.GetStatusAsync(null, Cancellation));
    }

    [Theory(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [InlineData("records.element_out({'source_sizes': [4096, '8192', 2 ** 40]})['SourceSizes']", "[4096, 8192, 1099511627776]")]
    [InlineData("records.element_in({'SourceSizes': [4096, 8192]})", "{'source_sizes': [4096, 8192]}")]
    public async Task The_sizes_of_a_snapshot_of_several_elements_are_numbers_of_bytes(string expression, string expected)
    {
        var array = await OpenAsync($"repr((lambda records: {expression})(__import__('osc_records')))");

        Assert.Equal(expected, await array.GetStatusAsync(null, Cancellation));
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task The_cache_outlives_the_process_and_keeps_what_the_plug_in_put_there()
    {
        const string expression = "repr(IPlugin.cache.get('c', 'k')) + str(IPlugin.cache.set('c', 'k', {1: ('a', b'b')}, 60))";
        var array = await OpenAsync(expression);

        Assert.Equal("NoneNone", await array.GetStatusAsync(null, Cancellation));
        using (var worker = Process.GetProcessById(Assert.Single(_bed.WorkersOf("Probe")).ProcessId))
        {
            worker.Kill();
            await worker.WaitForExitAsync(Cancellation);
        }

        // The first call after its end may still meet the dead process.
        while (_bed.WorkersOf("Probe").Count > 0)
        {
            await Task.Delay(10, Cancellation);
        }

        Assert.Equal("{1: ('a', b'b')}None", await array.GetStatusAsync(null, Cancellation));
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task The_host_is_asked_through_the_session()
    {
        _bed.Host.Devices.Add("36025c0d0112233445566778899aabbcc");
        var array = await OpenAsync(
            "str(OSCPluginUtils.findDevicePaths('36025c0d0112233445566778899aabbcc')) + str(OSCPluginUtils.destroyMPDev('36025c0d0112233445566778899aabbcc')) "
            + "+ IPlugin.dev_path_prefix + self.dev_path_prefix");

        Assert.Equal("['/dev/mapper/36025c0d0112233445566778899aabbcc']None/dev/mapper//dev/mapper/", await array.GetStatusAsync(null, Cancellation));
        Assert.Empty(_bed.Host.Devices);
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task What_it_adds_to_the_record_of_the_server_comes_back_in_another_session_too()
    {
        await OpenAsync("repr(ss_record.get('own'))");
        await _bed.Engine.RefreshAsync("lab", Cancellation);
        var session = new StorageEngine(new(_bed["config"], _bed["state"], _bed["plugins"], _bed["none"]), _bed.Host);

        Assert.Equal("('größer', 1)", await session.GetArray("lab").GetStatusAsync(null, Cancellation));
    }

    private async Task<StorageArray> OpenAsync(string expression, string extended = "'1', '2', '10'", Func<StorageServer, StorageServer>? change = null)
    {
        _bed.Register("ProbePlugin.py", $$"""
            import os
            import OSCPluginUtils
            from OSCPlugin import *

            __all__ = ["ProbePlugin"]


            class ProbePlugin(IStorageArrayPlugin):
                plugin_name = "Probe"
                vendor_name = "Example"
                plugin_version = "1.0.0-1"
                plugin_desc = "Tells what it got"
                storage_types = [IStorageArrayPlugin.iSCSIStorage]
                required_api_vers = ['1', '2', '7']
                extended_api_version = [{{extended}}]
                plugin_ability = {"require_storage_name": ABILITY_TYPES.NO}

                def validate(self, ss_record):
                    pass

                def getInfo(self, ss_record, se_record=None):
                    return se_record or dict(ss_record, storage_desc="probe", status="ok", own=("größer", 1))

                def list(self, ss_record, se_type=None):
                    return []

                def getStatus(self, ss_record, se_record=None):
                    return {{expression}}
            """);
        return await _bed.OpenAsync("Probe", draft => (change ?? (static one => one))(draft with { StorageType = StorageType.iSCSI }));
    }
}
