using System.Net;
using System.Net.Sockets;

namespace StorageConnect.Tests;

/// <summary>Ports for daemons. The kernel gives them to no client, and each is given out once: a daemon may bind its port much later, or again.</summary>
internal static class FreePorts
{
    private const int First = 20_000;
    private const int Last = 32_000;
    private static readonly Lock Gate = new();
    private static int _next = Random.Shared.Next(First / 2, Last / 2) * 2;

    /// <summary>A free port. The one after it is free, too.</summary>
    public static int Take()
    {
        lock (Gate)
        {
            while (true)
            {
                var port = _next;
                _next = port + 2 < Last ? port + 2 : First;
                try
                {
                    using var one = new TcpListener(IPAddress.Any, port);
                    using var two = new TcpListener(IPAddress.Any, port + 1);
                    one.Start();
                    two.Start();
                    return port;
                }
                catch (SocketException)
                {
                    // Somebody has it.
                }
            }
        }
    }
}
