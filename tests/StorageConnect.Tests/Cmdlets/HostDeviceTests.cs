using StorageConnect.Host.Ledger;
using StorageConnect.Tests.Host;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Devices on this host, by their servers: as the host's records have them.</summary>
[Collection(ModuleSessions.Name)]
public sealed class HostDeviceTests : IDisposable
{
    private readonly FakeHost _host = new();
    private readonly ModuleSession _session = new();

    public HostDeviceTests()
    {
        var ledger = ModuleHost.Use(_host).Ledger;
        var number = 0;
        foreach (var name in new[] { "lab", "far" })
        {
            var pool = Directory.CreateDirectory(_session.Folder[name]).FullName;
            var server = Assert.Single(_session.Get<StorageServer>(
                "Register-OscStorageServer $name -Plugin Local -StorageType SAN -ExtraInfo \"Pool=$pool\"", ("name", name), ("pool", pool)));
            var element = Assert.Single(_session.Get<StorageElement>("New-OscStorageElement db01 1MB -StorageServer $name", ("name", name)));
            Add(element.Page83Id);
            ledger.Save(new Attachment
            {
                Page83Id = element.Page83Id,
                StorageElementUuid = element.Uuid,
                StorageElementName = element.Name,
                StorageServerUuid = server.Uuid,
                StorageServerName = name,
                State = AttachmentState.Attached,
                Since = DateTimeOffset.UtcNow,
            });
            _session.Invoke($"${name} = Get-OscStorageElement db01 -StorageServer {name}").Succeeds();
        }

        Add("36025c0c0123456789abcdef000000001");

        void Add(string wwid) => _host.AddDm($"dm-{number++}", wwid, "mpath-" + wwid);
    }

    [Theory]
    [InlineData("Get-OscDevice", "far", "lab", "none")]
    [InlineData("Get-OscDevice -StorageServer lab", "lab")]
    [InlineData("Get-OscDevice -StorageServer lab, far", "far", "lab")]
    [InlineData("Get-OscDevice 36025* -StorageServer far", "far")]
    [InlineData("Get-OscDevice $far.Page83Id, $lab.Page83Id -StorageServer lab, far", "far", "lab")]
    [InlineData("$lab | Get-OscDevice", "lab")]
    public void Devices_of_the_named_servers_are_listed(string script, params string[] servers) => Assert.Equal(servers, _session.Get<string>(
        "$names = @{ $lab.StorageServerUuid = 'lab'; $far.StorageServerUuid = 'far' }; "
        + $"({script}) | ForEach-Object {{ $names[\"$($_.StorageServerUuid)\"] ?? 'none' }} | Sort-Object"));

    [Fact]
    public void A_device_of_another_server_and_a_server_that_is_not_registered_are_errors()
    {
        var error = _session.Invoke("Get-OscDevice $far.Page83Id -StorageServer lab").Error("DeviceNotFound");
        Assert.Contains("'lab'", error.Exception.Message, StringComparison.Ordinal);

        var outcome = _session.Invoke("Get-OscDevice -StorageServer nosuch");
        outcome.Error("StorageServerNotFound");
        Assert.Empty(outcome.Output);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" -WhatIf")]
    public void An_element_without_a_device_here_is_not_resized_on_the_array_either(string more)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Resizing on the host needs root.");

        _session.Invoke($"New-OscStorageElement db02 1MB -StorageServer lab | Resize-OscStorageElement -Size 2MB -IncludeHost{more}").Error("DeviceNotFound");

        Assert.Equal(1 << 20, Assert.Single(_session.Get<StorageElement>("Get-OscStorageElement db02 -StorageServer lab")).SizeBytes);
    }

    [Theory]
    [InlineData("$lab | Disconnect-OscStorageElement -Confirm:$false")]
    [InlineData("$lab | Disconnect-OscStorageElement -KeepAccess -Confirm:$false")]
    public void Of_a_mounted_device_no_detaching_is_promised(string call)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Detaching needs root.");
        _host.Append("proc/self/mountinfo", "36 27 254:0 / /srv rw - xfs /dev/mapper/x rw\n");

        var promised = _session.Invoke($"{call} -WhatIf").Error("DeviceInUse");

        Assert.Contains("mounted at '/srv'", promised.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(promised.Exception.Message, _session.Invoke(call).Error("DeviceInUse").Exception.Message);
    }

    public void Dispose()
    {
        _session.Dispose();
        _host.Dispose();
    }
}
