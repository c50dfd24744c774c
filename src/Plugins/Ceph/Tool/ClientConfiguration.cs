using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using StorageConnect.Plugins.Ceph.Configuration;

namespace StorageConnect.Plugins.Ceph.Tool;

/// <summary>
/// The configuration that every tool gets: the cluster's own, with the key and with time-outs, because clients of a cluster that doesn't answer wait
/// without end. The target daemon gets one of its own. Both exist in memory only.
/// </summary>
internal sealed class ClientConfiguration : IDisposable
{
    private const int LargestFile = 1 << 20;
    private static readonly SearchValues<char> KeyCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    private readonly MemoryFile _file;
    private readonly MemoryFile _daemonFile;

    private ClientConfiguration(MemoryFile file, MemoryFile daemonFile, string user)
    {
        (_file, _daemonFile) = (file, daemonFile);
        User = user;
    }

    /// <summary>How long a cluster may take for one request.</summary>
    public static TimeSpan RequestTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a cluster may take for a request of an initiator.</summary>
    /// <remarks>
    /// An OSD whose machine died is marked down after 20 to 25 seconds, and requests to it wait until then. The daemon reports a request that times out as
    /// a medium error. Hosts don't repeat such a request through another path: they set their file systems read-only. There is a limit at all because the
    /// daemon answers nobody while it closes an image in a full pool.
    /// </remarks>
    public static TimeSpan InitiatorTimeout { get; } = TimeSpan.FromSeconds(30);

    /// <summary>The path by which tools read it while this process lives.</summary>
    public string Path => _file.Path;

    /// <summary>The path by which the target daemon reads the one of its own.</summary>
    /// <remarks>It allows requests more time: see <see cref="InitiatorTimeout"/>.</remarks>
    public string DaemonPath => _daemonFile.Path;

    /// <summary>The cephx user without <c>client.</c>.</summary>
    public string User { get; }

    /// <summary>The configuration for a server.</summary>
    /// <exception cref="InvalidStorageArrayException">Its configuration file is missing.</exception>
    public static ClientConfiguration Open(ClusterAddress address, StorageServer server)
    {
        var cluster = address.Configuration is { } path ? Read(path, server) : $"[global]\nmon_host = {address.Monitors}\n";
        var file = Open(cluster, address, server, forDaemon: false);
        try
        {
            return new(file, Open(cluster, address, server, forDaemon: true), address.User);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _daemonFile.Dispose();
    }

    private static MemoryFile Open(string cluster, ClusterAddress address, StorageServer server, bool forDaemon)
    {
        var text = new StringBuilder(cluster);
        var seconds = (int)RequestTimeout.TotalSeconds;
        var longest = forDaemon ? (int)InitiatorTimeout.TotalSeconds : seconds;

        // The section of the user comes last and is the most specific, so it counts.
        foreach (var section in (string[])["client", $"client.{address.User}"])
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"\n[{section}]\nclient_mount_timeout = {seconds}\nrados_mon_op_timeout = {seconds}\nrados_osd_op_timeout = {longest}\n");
            text.Append("rbd_default_clone_format = 2\nlog_file =\nlog_to_stderr = false\nadmin_socket =\n");
        }

        if (server.GetAdminSecret() is not { Length: > 0 } secret)
        {
            return Open(Encoding.UTF8.GetBytes(text.ToString()));
        }

        return secret.Use(key =>
        {
            if (key.ContainsAnyExcept(KeyCharacters))
            {
                throw new AuthenticationFailedException($"The key given for the user client.{address.User} is no cephx key.")
                {
                    ErrorId = "CephKeyInvalid",
                    Element = server.Name,
                    Recommendation = $"Give as password what 'ceph auth print-key client.{address.User}' prints.",
                };
            }

            // Without a keyring of another user's that may lie at the default place.
            var head = Encoding.UTF8.GetBytes($"{text}keyring = /dev/null\nkey = ");
            var content = GC.AllocateArray<byte>(head.Length + key.Length + 1, pinned: true);
            head.CopyTo(content, 0);
            Encoding.ASCII.GetBytes(key, content.AsSpan(head.Length));
            content[^1] = (byte)'\n';
            return Open(content);
        });
    }

    private static MemoryFile Open(byte[] content)
    {
        try
        {
            return new("ceph.conf", content);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static string Read(string path, StorageServer server)
    {
        try
        {
            return Encoding.UTF8.GetString(PrivateFile.Read(path, LargestFile)) + "\n";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new InvalidStorageArrayException($"The configuration file {path} of the cluster can't be read: {e.Message}", e)
            {
                ErrorId = "CephConfigurationMissing",
                Element = server.Name,
                Recommendation = "Copy ceph.conf from a monitor, name it with Conf= in ExtraInfo, and see that this user may read it; "
                    + "or give the monitors with -AdminHost, and user and key with -Credential.",
            };
        }
    }
}
