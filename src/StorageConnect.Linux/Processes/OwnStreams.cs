using Microsoft.Win32.SafeHandles;
using StorageConnect.Linux.Native;

namespace StorageConnect.Linux.Processes;

/// <summary>The standard streams of a process that serves requests over them.</summary>
public static class OwnStreams
{
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
    private const int FirstFree = 3;
    private const int SetDumpable = 4; // PR_SET_DUMPABLE
    private const int ReadOnly = 0;

    /// <summary>
    /// Reserves standard input and output for the caller. From then on output of other code and of children goes to standard error, and
    /// their input is empty. Other processes of the user can't read this process's memory, and it leaves no core dump.
    /// </summary>
    /// <returns>The former standard input and standard output.</returns>
    public static (Stream Input, Stream Output) Take()
    {
        var input = Libc.FcntlDescriptor(0, DuplicateCloseOnExec, FirstFree);
        var output = Libc.FcntlDescriptor(1, DuplicateCloseOnExec, FirstFree);
        if (input < 0 || output < 0)
        {
            throw new InvalidOperationException("This program is started by StorageConnect, with pipes as its standard streams.");
        }

        _ = Libc.Duplicate(2, 1);
        var nothing = Libc.Open("/dev/null", ReadOnly, 0);
        _ = Libc.Duplicate(nothing, 0);
        _ = Libc.ControlProcess(SetDumpable, 0, 0, 0, 0);
        return (Open(input, FileAccess.Read), Open(output, FileAccess.Write));
    }

    private static FileStream Open(int descriptor, FileAccess access) => new(new SafeFileHandle(descriptor, ownsHandle: true), access, bufferSize: 0);
}
