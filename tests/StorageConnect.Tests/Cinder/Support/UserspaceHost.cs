using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Cinder.Support;

/// <summary>
/// A host whose initiators need no kernel: QEMU's reads and writes, and one of the tests' own asks for identities, each time. They log in with the
/// volume's CHAP secret.
/// </summary>
public sealed class UserspaceHost(string initiator) : IHostServices
{
    private readonly Dictionary<(string Target, string Portal), (string? User, string? Secret)> _logins = [];

    public string? InitiatorName => initiator;

    public string DevicePathPrefix => "/dev/disk/by-id/";

    /// <summary>What it was asked to do, in order.</summary>
    public List<string> Actions { get; } = [];

    public IReadOnlyCollection<string> Targets => [.. _logins.Keys.Select(login => login.Target)];

    /// <summary>True: each login is refused, as with a secret that the target doesn't take.</summary>
    public bool RefusesLogins { get; set; }

    /// <summary>The CHAP secrets it was given.</summary>
    public HashSet<string> Secrets { get; } = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueList<string> FindDevicePaths(string page83Id) => [];

    public Task DestroyMultipathDeviceAsync(string page83Id, CancellationToken cancellationToken) => Task.CompletedTask;

    public bool IsConnected(IscsiTarget target) => _logins.ContainsKey((target.TargetName, target.Portal));

    public ValueList<HostLun> FindLuns(ValueList<string> targetNames) =>
    [
        .. from login in _logins.Keys
           where targetNames.Contains(login.Target)
           select new HostLun { Page83Id = ReadIdentity(login.Target), TargetNames = [login.Target], Paths = 1, UsablePaths = 1 }
    ];

    public Task LoginAsync(IscsiTarget target, AccessContext context, CancellationToken cancellationToken)
    {
        Actions.Add($"login {target.TargetName}");
        var secret = context.GetChapSecret()?.Use(characters => new string(characters));
        _logins[(target.TargetName, target.Portal)] = (context.ChapUser, secret);
        if (secret is not null)
        {
            Secrets.Add(secret);
        }

        try
        {
            if (RefusesLogins)
            {
                throw new InvalidOperationException("The login is refused.");
            }

            ReadIdentity(target.TargetName);
            return Task.CompletedTask;
        }
        catch (InvalidOperationException e)
        {
            _logins.Remove((target.TargetName, target.Portal));
            throw new AuthenticationFailedException($"{target.TargetName}: {e.Message}");
        }
    }

    public Task LogoutAsync(IscsiTarget target, CancellationToken cancellationToken)
    {
        Actions.Add($"logout {target.TargetName}");
        _logins.Remove((target.TargetName, target.Portal));
        return Task.CompletedTask;
    }

    /// <summary>The page 0x83 identity of LUN 1 of a target, as multipath-tools writes it.</summary>
    public string ReadIdentity(string target)
    {
        const byte identification = 0x83;
        var (portal, user, secret) = LoginOf(target);
        using var session = RawInitiator.LogIn(portal, target, initiator, chapUser: user, chapSecret: secret);
        return Page83.ToMultipathId(session.Inquire(identification));
    }

    /// <summary>Has QEMU's initiator read or write, each <paramref name="commands"/> in the words of qemu-io; a pattern that isn't there fails.</summary>
    public async Task UseAsync(string target, params string[] commands)
    {
        TgtDaemon.Require("qemu-io", "qemu-utils");
        var (portal, user, secret) = LoginOf(target);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, secret, Token);
            var result = await IscsiTool.RunAsync("qemu-io", [
                .. commands.SelectMany(command => (string[])["-c", command]), "--object", $"secret,id=chap,file={file}", "--image-opts",
                $"driver=raw,file.driver=iscsi,file.transport=tcp,file.portal={portal},file.target={target},file.lun=1,"
                    + $"file.initiator-name={initiator},file.user={user},file.password-secret=chap"]);
            Assert.True(result.ExitCode == 0 && !result.Output.Contains("verification failed", StringComparison.Ordinal), result.Output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private (string Portal, string? User, string? Secret) LoginOf(string target)
    {
        var ((_, portal), (user, secret)) = _logins.First(login => login.Key.Target == target);
        return (portal, user, secret);
    }
}
