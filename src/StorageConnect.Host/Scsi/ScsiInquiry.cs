using System.ComponentModel;
using System.Runtime.InteropServices;

namespace StorageConnect.Host.Scsi;

/// <summary>Sends a disk the SCSI command INQUIRY for a page of its vital product data, past the kernel's cached copy.</summary>
/// <remarks>Opened for reading: udev probes a device again only after it was open for writing.</remarks>
internal static unsafe class ScsiInquiry
{
    private const uint ScsiIo = 0x2285; // SG_IO
    private const int FromDevice = -3;
    private const byte CheckCondition = 2;
    private const int NoLogicalUnit = 0b011; // peripheral qualifier: no LUN behind this number
    private const ushort LongestPage = 4096;

    /// <summary>The page; empty when the device has none, or no LUN is behind it any more.</summary>
    /// <exception cref="IOException">No answer.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static byte[] Read(string disk, byte page, TimeSpan timeout)
    {
        using var device = File.OpenHandle(disk, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var answer = new byte[LongestPage];
        ReadOnlySpan<byte> command = [0x12, 1, page, LongestPage >> 8, LongestPage & 0xff, 0];
        Span<byte> sense = stackalloc byte[32];
        fixed (byte* answerStart = answer, commandStart = command, senseStart = sense)
        {
            var request = new Request
            {
                InterfaceId = 'S',
                Direction = FromDevice,
                CommandLength = (byte)command.Length,
                SenseLimit = (byte)sense.Length,
                AnswerLimit = LongestPage,
                Answer = answerStart,
                Command = commandStart,
                Sense = senseStart,
                TimeoutMilliseconds = (uint)timeout.TotalMilliseconds,
            };
            if (Ioctl.Send(device, ScsiIo, &request) is not 0 and var error)
            {
                throw new IOException($"{disk} can't be queried for its page 0x{page:x2}: {new Win32Exception(error).Message}.");
            }

            if (request.Status == CheckCondition)
            {
                return []; // not supported: the page, or the LUN itself
            }

            if (request.Status != 0 || request.HostStatus != 0)
            {
                throw new IOException($"{disk} did not answer for its page 0x{page:x2} (status {request.Status}, host status {request.HostStatus}).");
            }

            return answer[0] >> 5 == NoLogicalUnit ? [] : answer[..(LongestPage - request.Missing)];
        }
    }

    /// <summary>The kernel's <c>sg_io_hdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Request
    {
        public int InterfaceId;
        public int Direction;
        public byte CommandLength;
        public byte SenseLimit;
        public ushort VectorCount;
        public uint AnswerLimit;
        public byte* Answer;
        public byte* Command;
        public byte* Sense;
        public uint TimeoutMilliseconds;
        public uint Flags;
        public int PacketId;
        public void* User;
        public byte Status;
        public byte MaskedStatus;
        public byte MessageStatus;
        public byte SenseLength;
        public ushort HostStatus;
        public ushort DriverStatus;
        public int Missing;
        public uint DurationMilliseconds;
        public uint Info;
    }
}
