namespace StorageConnect.Linux.Native;

/// <summary>The kernel's error numbers that callers distinguish.</summary>
public static class Errno
{
    /// <summary>EPERM.</summary>
    public const int NotPermitted = 1;

    /// <summary>ENOENT.</summary>
    public const int NoEntry = 2;

    /// <summary>EINTR.</summary>
    public const int Interrupted = 4;

    /// <summary>EIO.</summary>
    public const int Io = 5;

    /// <summary>ENXIO.</summary>
    public const int NoDevice = 6;

    /// <summary>EAGAIN.</summary>
    public const int Again = 11;

    /// <summary>EACCES.</summary>
    public const int Access = 13;

    /// <summary>EEXIST.</summary>
    public const int Exists = 17;

    /// <summary>EXDEV.</summary>
    public const int CrossDevice = 18;

    /// <summary>ENOTDIR.</summary>
    public const int NotFolder = 20;

    /// <summary>EISDIR.</summary>
    public const int IsFolder = 21;

    /// <summary>EINVAL.</summary>
    public const int Invalid = 22;

    /// <summary>ENOTTY.</summary>
    public const int NoTty = 25;

    /// <summary>EFBIG.</summary>
    public const int TooBig = 27;

    /// <summary>ENOSPC.</summary>
    public const int NoSpace = 28;

    /// <summary>EROFS.</summary>
    public const int ReadOnly = 30;

    /// <summary>ENOSYS.</summary>
    public const int NotImplemented = 38;

    /// <summary>ENOTEMPTY.</summary>
    public const int NotEmpty = 39;

    /// <summary>EOVERFLOW.</summary>
    public const int Overflow = 75;

    /// <summary>EOPNOTSUPP.</summary>
    public const int NotSupported = 95;

    /// <summary>ESHUTDOWN.</summary>
    public const int Shutdown = 108;

    /// <summary>EUCLEAN.</summary>
    public const int Unclean = 117;

    /// <summary>EDQUOT.</summary>
    public const int Quota = 122;
}
