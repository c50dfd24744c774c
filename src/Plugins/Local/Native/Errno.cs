namespace StorageConnect.Plugins.Local.Native;

/// <summary>The kernel's error numbers that are told apart here.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Io = 5;
    public const int NoDevice = 6;
    public const int Again = 11;
    public const int Access = 13;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotFolder = 20;
    public const int IsFolder = 21;
    public const int Invalid = 22;
    public const int NoTty = 25;
    public const int TooBig = 27;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;
    public const int NotImplemented = 38;
    public const int NotEmpty = 39;
    public const int Overflow = 75;
    public const int NotSupported = 95;
    public const int Shutdown = 108;
    public const int Unclean = 117;
    public const int Quota = 122;
}
