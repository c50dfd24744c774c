using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Host.Native;

namespace StorageConnect.Host.Scsi;

/// <summary>Sends a disk the SCSI command INQUIRY for a page of its vital product data, past all that the kernel keeps of it.</summary>
/// <remarks>Opened for reading, and closed without a trace: udev looks anew only at what was open for writing.</remarks>
internal static unsafe class ScsiInquiry
{
    private const uint ScsiIo = 0x2285; // SG_IO
    private const int FromDevice = -3;
    private const byte CheckCondition = 2;
    private const int NoLogicalUnit = 0b011; // the peripheral qualifier's word for: nothing is behind this LUN number
    private const ushort LongestPage = 4096;

    /// <summary>The page; empty when the device answered that it has none, or is none any more.</summary>
    /// <exception cref="IOException">No answer.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not ask.</exception>
    public static byte[] Read(string disk, byte page, TimeSpan patience)
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
                TimeoutMilliseconds = (uint)patience.TotalMilliseconds,
            };
            if (Send(device, &request) is not 0 and var error)
            {
                throw new IOException($"{disk} can't be asked for its page 0x{page:x2}: {new Win32Exception(error).Message}.");
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

    private static int Send(SafeFileHandle device, Request* request)
    {
        const int interrupted = 4; // EINTR
        int error;
        do
        {
            error = Libc.IoControl(device, ScsiIo, request) < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == interrupted);
        return error;
    }

    /// <summary>The kernel's <c>sg_io_hdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Request
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
