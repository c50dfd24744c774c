using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace StorageConnect.Benchmarks;

/// <summary>tgtd's control socket with nothing around it: what any program that talks to tgtd has to do at least.</summary>
internal sealed class ControlSocket(string path)
{
    public const int Target = 1;
    public const int Unit = 2;
    public const int Connection = 6;
    public const int New = 0;
    public const int Show = 2;
    public const int Bind = 3;
    public const int Unbind = 4;
    public const int Update = 5;
    private const int HeaderSize = 120;
    private const int AnswerSize = 8;

    public void Send(int mode, int operation, int target, int unit, string parameters)
    {
        var text = parameters.Length == 0 ? [] : Encoding.ASCII.GetBytes(parameters + "\0");
        var request = new byte[HeaderSize + text.Length];
        var header = request.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(header, mode);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], operation);
        "iscsi"u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[72..], request.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[76..], target);
        BinaryPrimitives.WriteInt64LittleEndian(header[88..], unit);
        text.CopyTo(header[HeaderSize..]);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send(request);
        var answer = new byte[4096];
        var count = 0;
        while (socket.Receive(answer.AsSpan(count)) is var received and > 0 && (count += received) < answer.Length)
        {
        }

        if (count < AnswerSize || BinaryPrimitives.ReadInt32LittleEndian(answer) != 0)
        {
            throw new InvalidOperationException("tgtd refused a request.");
        }
    }
}
