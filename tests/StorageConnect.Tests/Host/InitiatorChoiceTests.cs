using StorageConnect.Host.Attaching;
using StorageConnect.Host.Iscsi;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>A host with several names: sessions are made under the one to which the array presents the element.</summary>
public sealed class InitiatorChoiceTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private const string Other = "iqn.2026-01.lab.init:of-an-iface";
    private const string Old = "iqn.2026-01.lab.init:old";
    private readonly SimulatedHost _host = new();

    public InitiatorChoiceTests() => _host.Files.Write("etc/iscsi/ifaces/storage0",
        $"# BEGIN RECORD 2.1.8\niface.iscsi_ifacename = storage0\niface.net_ifacename = eth7\niface.initiatorname = {Other}\niface.transport_name = tcp\n");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public void Names_of_iface_records_are_the_hosts_too()
    {
        var initiator = HostInitiator.Read(_host.Roots);

        Assert.Equal(SimulatedHost.Iqn, initiator.Iqn);
        Assert.Equal([Other], initiator.InterfaceIqns);
        Assert.Equal([new InitiatorIdentity(Other, "storage0")], HostInitiator.ReadInterfaces(_host.Roots));
    }

    [Fact]
    public async Task An_element_that_is_presented_to_the_name_of_an_iface_is_attached_under_that_name()
    {
        _host.Array.Groups[0] = _host.Array.Groups[0] with { Entries = [Other] };
        var element = _host.Array.Add("db01", Target, 5);

        var device = await AttachAsync(element);

        Assert.Equal([Other, Other], device.Paths.Select(path => path.Initiator));
        Assert.All(_host.Sessions(), session => Assert.Equal(Other, session.InitiatorName));
        await new ElementDetacher(_host.Open(), _host.Array, _ => { }).RunAsync(element, [], keepAccess: false, Cancellation);
        Assert.Empty(_host.Traces());
    }

    [Fact]
    public async Task A_session_under_another_name_is_neither_used_nor_logged_out()
    {
        var others = _host.AddSession(Target, "10.99.0.1", Other);
        var element = _host.Array.Add("db01", Target, 5);

        var device = await AttachAsync(element);

        Assert.Equal([SimulatedHost.Iqn, SimulatedHost.Iqn], device.Paths.Select(path => path.Initiator));
        Assert.Equal(3, _host.Sessions().Count);
        await new ElementDetacher(_host.Open(), _host.Array, _ => { }).RunAsync(element, [], keepAccess: false, Cancellation);
        Assert.Equal(others.Id, Assert.Single(_host.Sessions()).Id);
    }

    [Fact]
    public async Task Of_several_groups_the_one_with_iscsids_own_name_decides()
    {
        _host.Array.Groups.Insert(0, new() { Name = "by-iface", Entries = [Other] });
        var element = _host.Array.Add("db01", Target, 5);
        _host.Array.Change(element, now => now with { AccessGroupNames = ["by-iface", "this-host"] });

        var device = await AttachAsync(element);

        Assert.All(device.Paths, path => Assert.Equal(SimulatedHost.Iqn, path.Initiator));
    }

    [Theory]
    [InlineData(Old, SimulatedHost.Iqn)]
    [InlineData(SimulatedHost.Iqn)]
    public async Task While_a_session_has_the_name_from_before_a_change_an_element_is_attached_under_the_new_one(params string[] admitted)
    {
        var old = AddOldSession();
        _host.Array.Groups[0] = _host.Array.Groups[0] with { Entries = [.. admitted] };
        var element = _host.Array.Add("db01", Target, 5);

        var device = await AttachAsync(element);

        Assert.All(device.Paths, path => Assert.Equal(SimulatedHost.Iqn, path.Initiator));
        await new ElementDetacher(_host.Open(), _host.Array, _ => { }).RunAsync(element, [], keepAccess: false, Cancellation);
        Assert.Equal(old.Id, Assert.Single(_host.Sessions()).Id);
        Assert.Empty(_host.Array.Now(element).AccessGroupNames);
        Assert.Empty(_host.Open().Ledger.Sessions);
    }

    [Fact]
    public async Task Where_only_the_name_from_before_a_change_is_admitted_both_names_are_told_and_all_is_as_before()
    {
        AddOldSession();
        _host.Array.Groups[0] = _host.Array.Groups[0] with { Entries = [Old] };
        var before = _host.Traces();

        var error = await Assert.ThrowsAsync<ArrayUnreachableException>(() => AttachAsync(_host.Array.Add("db01", Target, 5)));

        Assert.Equal("IscsiSessionNotLoggedIn", error.ErrorId);
        Assert.Contains(Old, error.Message);
        Assert.Contains(SimulatedHost.Iqn, error.Message);
        Assert.Equal(before, _host.Traces());
    }

    [Fact]
    public async Task The_trace_says_which_name_was_taken()
    {
        _host.Array.Groups[0] = _host.Array.Groups[0] with { Entries = [Other] };
        var element = _host.Array.Add("db01", Target, 5);
        var lines = new List<string>();
        var work = Task.CompletedTask;
        using var scope = new TraceScope(line =>
        {
            lock (lines)
            {
                lines.Add(line.Text);
            }
        });

        scope.Run(() => work = AttachAsync(element));
        await work;

        Assert.Contains($"Host: 'db01' is presented to {Other} (iface storage0)", lines);
    }

    private IscsiSession AddOldSession()
    {
        var session = _host.AddSession("iqn.2026-01.lab.array:old", "10.99.0.1", Old);
        _host.Files.Write($"sys/class/iscsi_session/session{session.Id}/ifacename", "default\n");
        return session;
    }

    private Task<OscDevice> AttachAsync(StorageElement element) =>
        new ElementAttacher(_host.Open(), _host.Array, _ => { }).RunAsync(element, [], Cancellation);
}
