using System.Buffers.Binary;
using System.Text;

namespace StorageConnect.PluginKit.Tgt;

/// <summary>
/// The form of requests and answers on tgtd's control socket, as version 1.0.x has it: a header of fixed size in the machine's byte
/// order, then <c>key=value</c> texts with commas between them and a zero byte at the end. One request per connection.
/// </summary>
internal static class TgtWire
{
    public const int AnswerHeaderSize = 8;
    private const int HeaderSize = 120;
    private const int DriverOffset = 8;
    private const int LengthOffset = 72;
    private const int TargetOffset = 76;
    private const int SessionOffset = 80;
    private const int UnitOffset = 88;
    private const int ConnectionOffset = 96;
    private const int DirectionOffset = 108;

    // tgtd drops larger ones without an answer.
    private const int LargestParameters = 8 * 1024;

    /// <summary>The request's bytes. The caller wipes them when they hold a secret.</summary>
    public static byte[] Encode(TgtRequest request)
    {
        var text = Parameters(request);
        var length = text.Length == 0 ? 0 : Encoding.UTF8.GetByteCount(text) + 1;
        if (length > LargestParameters || text.Contains('\0', StringComparison.Ordinal))
        {
            throw new TgtRefusedException(TgtRefusal.InvalidRequest, request);
        }

        var bytes = GC.AllocateArray<byte>(HeaderSize + length, pinned: request.HoldsSecret);
        var header = bytes.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(header, (int)request.Mode);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], (int)request.Operation);
        "iscsi"u8.CopyTo(header[DriverOffset..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[LengthOffset..], bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[TargetOffset..], request.Target);
        BinaryPrimitives.WriteInt64LittleEndian(header[SessionOffset..], request.Session);
        BinaryPrimitives.WriteInt64LittleEndian(header[UnitOffset..], request.Unit);
        BinaryPrimitives.WriteInt32LittleEndian(header[ConnectionOffset..], request.Connection);
        BinaryPrimitives.WriteInt32LittleEndian(header[DirectionOffset..], request.Outgoing ? 1 : 0);
        Encoding.UTF8.GetBytes(text, header[HeaderSize..]);
        return bytes;
    }

    /// <summary>An answer's reason (0 = done) and the length of the text that follows.</summary>
    public static (int Reason, int Length) DecodeHeader(ReadOnlySpan<byte> header) =>
        (BinaryPrimitives.ReadInt32LittleEndian(header), BinaryPrimitives.ReadInt32LittleEndian(header[4..]) - AnswerHeaderSize);

    public static string DecodeText(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text.TrimEnd((byte)0));

    private static string Parameters(TgtRequest request)
    {
        var text = string.Join(',', request.Parameters.Select(parameter => $"{parameter.Key}={parameter.Value}"));
        return request.Mode switch
        {
            TgtMode.Unit when request.Operation == TgtOperation.Update => $"targetOps {text},",
            TgtMode.Portal when text.Length > 0 => $"portalOps {text},",
            _ => text,
        };
    }
}
