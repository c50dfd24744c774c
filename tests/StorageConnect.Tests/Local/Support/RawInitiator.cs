using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace StorageConnect.Tests.Local.Support;

/// <summary>The little of an iSCSI initiator that shows what no tool prints: raw bytes, one command at a time, a session that is held.</summary>
public sealed class RawInitiator : IDisposable
{
    private const int HeaderSize = 48;
    private const int SectorSize = 512;

    // To be left with this message for the next stage: from security to operational, from operational to full feature.
    private const byte SecurityStage = 0x81;
    private const byte OperationalStage = 0x87;
    private readonly TcpClient _client = new();
    private readonly NetworkStream _stream;
    private readonly byte[] _session = RandomNumberGenerator.GetBytes(5);
    private uint _commandNumber = 1;
    private uint _statusNumber;
    private uint _tag = 1;

    private RawInitiator(string portal)
    {
        _client.Connect(IPEndPoint.Parse(portal));
        _client.NoDelay = true;
        _stream = _client.GetStream();
        _stream.ReadTimeout = _stream.WriteTimeout = 60_000;
    }

    /// <summary>Logs in, with CHAP where there is a user.</summary>
    /// <exception cref="InvalidOperationException">The login was refused.</exception>
    public static RawInitiator LogIn(string portal, string target, string initiator, string? alias = null, string? chapUser = null, string? chapSecret = null)
    {
        var client = new RawInitiator(portal);
        try
        {
            if (chapUser is not null)
            {
                client.Authenticate(target, initiator, chapUser, chapSecret!);
            }

            client.LogIn(OperationalStage,
                $"InitiatorName={initiator}\0{(alias is null ? "" : $"InitiatorAlias={alias}\0")}SessionType=Normal\0TargetName={target}\0" +
                "HeaderDigest=None\0DataDigest=None\0ImmediateData=Yes\0InitialR2T=Yes\0MaxRecvDataSegmentLength=65536\0");
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>A vital product data page.</summary>
    public byte[] Inquire(byte page) => Send([0x12, 1, page, 0x10, 0, 0], 4096).Data;

    /// <summary>True when the caching page says that writes are acknowledged before they are durable.</summary>
    public bool WriteCacheEnabled()
    {
        var page = Send([0x1A, 8, 8, 0, 255, 0], 255).Data;
        return (page[6] & 4) != 0;
    }

    public long SizeBytes()
    {
        var data = Send([0x9E, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0], 32).Data;
        return (BinaryPrimitives.ReadInt64BigEndian(data) + 1) * BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(8));
    }

    /// <summary>Writes; true when the target acknowledged it.</summary>
    public bool Write(int sector, byte[] data) => Send(Command(0x2A, sector, data.Length), 0, data).Status == 0;

    public byte[] Read(int sector, int length) =>
        Send(Command(0x28, sector, length), length) is { Status: 0 } answer ? answer.Data : throw new IOException("The read failed.");

    public bool Flush() => Send([0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0).Status == 0;

    public bool IsReady() => Send([0, 0, 0, 0, 0, 0], 0).Status == 0;

    public void Dispose() => _client.Dispose();

    private static byte[] Command(byte operation, int sector, int length)
    {
        var command = new byte[10];
        command[0] = operation;
        BinaryPrimitives.WriteInt32BigEndian(command.AsSpan(2), sector);
        BinaryPrimitives.WriteInt16BigEndian(command.AsSpan(7), (short)(length / SectorSize));
        return command;
    }

    /// <summary>The security stage: CHAP with MD5 (RFC 7143, 12.1.3).</summary>
    private void Authenticate(string target, string initiator, string user, string secret)
    {
        LogIn(SecurityStage, $"InitiatorName={initiator}\0SessionType=Normal\0TargetName={target}\0AuthMethod=CHAP\0");
        var asked = LogIn(SecurityStage, "CHAP_A=5\0").Split('\0').Select(key => key.Split('=', 2)).Where(key => key.Length == 2)
            .ToDictionary(key => key[0], key => key[1]);
        byte[] text =
        [
            byte.Parse(asked["CHAP_I"], CultureInfo.InvariantCulture), .. Encoding.UTF8.GetBytes(secret), .. Convert.FromHexString(asked["CHAP_C"][2..]),
        ];
#pragma warning disable CA5351 // CHAP is MD5.
        LogIn(SecurityStage, $"CHAP_N={user}\0CHAP_R=0x{Convert.ToHexString(MD5.HashData(text))}\0");
#pragma warning restore CA5351
    }

    /// <returns>The keys that the target answers.</returns>
    private string LogIn(byte stage, string keys)
    {
        var header = new byte[HeaderSize];
        header[0] = 0x43;
        header[1] = stage;
        header[8] = 0x80;
        _session.CopyTo(header, 9);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(24), _commandNumber);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(28), _statusNumber);
        SendPdu(header, Encoding.UTF8.GetBytes(keys));
        var (answer, data) = Receive();
        if (answer[0] != 0x23 || answer[36] != 0 || (stage == OperationalStage && (answer[1] & 0x80) == 0))
        {
            throw new InvalidOperationException($"The login was refused: {answer[36]:x2}{answer[37]:x2}.");
        }

        _statusNumber = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(24)) + 1;
        return Encoding.UTF8.GetString(data);
    }

    private (byte Status, byte[] Data) Send(byte[] command, int expected, byte[]? data = null)
    {
        // A unit attention is told once, instead of what was asked for.
        const byte checkCondition = 2;
        const int attempts = 4;
        for (var attempt = 1; ; attempt++)
        {
            var answer = SendOnce(command, expected, data);
            if (answer.Status != checkCondition || !answer.IsAttention || attempt == attempts)
            {
                return (answer.Status, answer.Data);
            }
        }
    }

    private (byte Status, byte[] Data, bool IsAttention) SendOnce(byte[] command, int expected, byte[]? data)
    {
        var header = new byte[HeaderSize];
        header[0] = 0x01;
        header[1] = (byte)(0x81 | (expected > 0 ? 0x40 : 0) | (data is null ? 0 : 0x20));
        header[9] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), _tag++);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(20), data?.Length ?? expected);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(24), _commandNumber++);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(28), _statusNumber);
        command.CopyTo(header, 32);
        SendPdu(header, data ?? []);
        var received = new List<byte>();
        while (true)
        {
            var (answer, segment) = Receive();
            switch (answer[0] & 0x3F)
            {
                case 0x25:
                    received.AddRange(segment);
                    if ((answer[1] & 1) == 0)
                    {
                        break;
                    }

                    _statusNumber = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(24)) + 1;
                    return (answer[3], [.. received], false);
                case 0x21:
                    _statusNumber = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(24)) + 1;

                    // Sense data: a length of two bytes, then the fixed format with the key in the third byte.
                    return (answer[3], [.. received], segment.Length > 4 && (segment[4] & 0xF) == 6);
                default:
                    break;
            }
        }
    }

    private void SendPdu(byte[] header, byte[] data)
    {
        header[5] = (byte)(data.Length >> 16);
        header[6] = (byte)(data.Length >> 8);
        header[7] = (byte)data.Length;
        _stream.Write([.. header, .. data, .. new byte[-data.Length & 3]]);
    }

    private (byte[] Header, byte[] Data) Receive()
    {
        var header = new byte[HeaderSize];
        _stream.ReadExactly(header);
        var data = new byte[(header[5] << 16) | (header[6] << 8) | header[7]];
        _stream.ReadExactly(data);
        _stream.ReadExactly(new byte[-data.Length & 3]);
        return (header, data);
    }
}
