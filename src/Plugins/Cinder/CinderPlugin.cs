using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using StorageConnect.Plugins.Cinder.Configuration;
using StorageConnect.Plugins.Cinder.Http;
using StorageConnect.Plugins.Cinder.Operations;

namespace StorageConnect.Plugins.Cinder;

/// <summary>
/// The arrays behind an OpenStack Block Storage service (Cinder): one registered server is one project. The plug-in speaks the service's REST API, and
/// nothing else.
/// </summary>
/// <remarks>This class is the guide's vocabulary; what is done is in <c>Operations</c>, by what calls in <c>Api</c>, sent in <c>Http</c>.</remarks>
[StorageArrayPlugin(
    "Cinder",
    "StorageConnect",
    PluginVersion.Text,
    "Arrays of many vendors, through an OpenStack Block Storage service.",
    StorageType.iSCSI,
    RequiredApiVersion = "1.2.9",
    ExtendedApiVersion = "1.2.10",
    StorageServerExtraInfoHelp = CinderAddress.Help,
    IdentityFromPresentation = true,
    Snapshot = Ability.Online,
    CustomSnapName = Ability.Yes,
    SnapIsSync = Ability.No,
    Clone = Ability.Online,
    CustomCloneName = Ability.Yes,
    CloneIsSync = Ability.No,
    Resize = Ability.Online,
    ResizeIsSync = Ability.No,
    SplitClone = Ability.Unsupported,
    SplitCloneIsSync = Ability.No,
    SplitCloneWhileOpen = Ability.No,
    SnapClone = Ability.Online,
    SnapCloneIsSync = Ability.No,
    RequireStorageName = Ability.No,
    AccessControl = Ability.Yes,
    MaxAccessEntries = Capabilities.Unlimited)]
public sealed partial class CinderPlugin : StorageArrayPlugin, IDisposable
{
    private readonly ConcurrentDictionary<SessionKey, Lazy<CinderSession>> _sessions = new();

    /// <summary>Closes all connections.</summary>
    public void Dispose()
    {
        foreach (var session in _sessions.Values.Where(session => session.IsValueCreated))
        {
            session.Value.Dispose();
        }

        _sessions.Clear();
    }

    /// <summary>Why this kind of array can't do it.</summary>
    protected override NoSuchOperationException Unsupported(StorageServer server, string method) => PluginError.NoSuchOperation(
        server?.Name,
        $"A Cinder service can't {GuideMethod.ToWords(method)}: {method switch
        {
            GuideMethod.Online or GuideMethod.Offline => "its volumes are served as long as they are presented",
            GuideMethod.SplitClone => "it has no request for it, and doesn't tell whether a clone shares blocks with its source",
            GuideMethod.Cancel => "it goes on with what it began",
            _ => "it has no request for it",
        }}.",
        "Get-OscCapability shows what can be done.",
        id: "CinderCannot");

    /// <summary>Connections to a service, from a test's own handler.</summary>
    internal Func<CinderAddress, ServiceConnection> Connect { get; init; } = static address => new(address.Thumbprint);

    /// <summary>The clock by which it waits for what others do.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    private CinderArray Open(StorageServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        var address = CinderAddress.Parse(server);
        var secret = server.GetAdminSecret();
        var digest = secret?.Use(characters => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(characters.ToArray()))));
        var session = _sessions.GetOrAdd(
            new(address with { Identity = IdentitySource.None }, digest),
            key => new(() => new(key.Address, secret?.Copy(), Connect(key.Address))));
        return new(server, address, new(session.Value), Services, Clock);
    }

    // The digest tells a changed password from the former one; the password itself is no key.
    private sealed record SessionKey(CinderAddress Address, string? SecretDigest);
}
