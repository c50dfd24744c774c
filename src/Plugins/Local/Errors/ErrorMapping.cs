using Microsoft.Data.Sqlite;
using StorageConnect.Plugins.Local.Configuration;

namespace StorageConnect.Plugins.Local.Errors;

/// <summary>The one place where errors of the kernel and of SQLite become errors for users.</summary>
internal static class ErrorMapping
{
    private const int SqlitePerm = 3;
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteReadOnly = 8;
    private const int SqliteInterrupt = 9;
    private const int SqliteIoError = 10;
    private const int SqliteCorrupt = 11;
    private const int SqliteFull = 13;
    private const int SqliteCantOpen = 14;
    private const int SqliteNotADatabase = 26;
    private const int SqliteIoErrorShmSize = 4874;
    private const int SqliteIoErrorWrite = 778;
    private const int SqliteBusySnapshot = 517;

    /// <summary>The error to throw instead of <paramref name="error"/>; itself when it is for users already.</summary>
    public static Exception Translate(Exception error, PoolFolder folder, string? element) => error switch
    {
        StorageConnectException or OperationCanceledException => error,
        DamagedRowException => Corrupt(folder, error.Message, error),
        SqliteException e => FromSqlite(e, folder, element),
        LinuxFileException e => FromKernel(e, folder, element),
        UnauthorizedAccessException => folder.NotWritable(error),
        DirectoryNotFoundException => PoolAddress.NoFolder(folder.Path),
        IOException => Unreadable(error, folder),
        _ => error,
    };

    /// <summary>True where there was no room on the file system.</summary>
    public static bool IsOutOfSpace(Exception error) => error switch
    {
        LinuxFileException e => e.IsOutOfSpace,
        SqliteException e => e.SqliteErrorCode == SqliteFull || e.SqliteExtendedErrorCode is SqliteIoErrorShmSize or SqliteIoErrorWrite,
        LimitExceededException e => e.ErrorId == "OutOfSpace",
        _ => false,
    };

    public static LimitExceededException OutOfSpace(PoolFolder folder, string? element, Exception? inner) =>
        new($"There is no room left on the file system of the pool {folder.Path}{For(element)}. Nothing was changed.", inner)
        {
            ErrorId = "OutOfSpace",
            Element = element ?? folder.Path,
            Recommendation = "Remove what isn't needed any more, enlarge the file system, or ask for less.",
        };

    public static DataCorruptException Corrupt(PoolFolder folder, string reason, Exception? inner = null) => folder.Corrupt(reason, inner);

    private static StorageConnectException FromSqlite(SqliteException e, PoolFolder folder, string? element) => e.SqliteErrorCode switch
    {
        SqliteFull => OutOfSpace(folder, element, e),
        SqliteIoError when e.SqliteExtendedErrorCode == SqliteIoErrorShmSize => OutOfSpace(folder, element, e),
        SqliteIoError when e.SqliteExtendedErrorCode == SqliteIoErrorWrite && LacksRoom(folder) => OutOfSpace(folder, element, e),
        SqliteCorrupt or SqliteNotADatabase => Corrupt(folder, $"its database can't be read ({e.Message})", e),
        SqliteBusy or SqliteLocked when e.SqliteExtendedErrorCode != SqliteBusySnapshot => Busy(folder, e),
        SqliteCantOpen when IsFull(folder) => OutOfSpace(folder, element, e),
        SqliteReadOnly or SqlitePerm or SqliteCantOpen => folder.NotWritable(e),
        SqliteInterrupt => Busy(folder, e),
        SqliteIoError => Unreadable(e, folder),
        _ => Corrupt(folder, $"its database isn't as it should be ({e.Message})", e),
    };

    /// <summary>SQLite reports only that a file can't be created, without the cause.</summary>
    private static bool IsFull(PoolFolder folder)
    {
        const ulong few = 16;
        return LinuxFile.FileSystem(folder.Path).AvailableBlocks < few;
    }

    /// <summary>A write that failed because a quota is used up is to SQLite like any other that failed.</summary>
    private static bool LacksRoom(PoolFolder folder)
    {
        const int fewPages = 1 << 16;
        try
        {
            using var file = LinuxFile.CreateTemporary(folder.Path);
            LinuxFile.Reserve(file, 0, fewPages);
            return false;
        }
        catch (LinuxFileException e)
        {
            return e.IsOutOfSpace;
        }
    }

    private static StorageConnectException FromKernel(LinuxFileException e, PoolFolder folder, string? element) => e.Errno switch
    {
        Errno.NoSpace or Errno.Quota => OutOfSpace(folder, element, e),
        Errno.TooBig or Errno.Overflow =>
            new InvalidRequestException($"The file system of the pool {folder.Path} can't hold a volume of that size{For(element)}.", e)
            {
                ErrorId = "SizeInvalid",
                Element = element,
                Recommendation = "Ask for a smaller size.",
            },
        Errno.Again => new StorageElementBusyException($"A process holds a lease on a file of the pool {folder.Path}{For(element)}.", e)
        {
            ErrorId = "StorageElementInUse",
            Element = element,
            Retryable = true,
            Recommendation = "Stop what uses it, then try again.",
        },
        Errno.Access or Errno.NotPermitted or Errno.ReadOnly => folder.NotWritable(e),
        Errno.NoEntry => Corrupt(folder, $"a file that should be there is gone{For(element)} ({e.Message})", e),
        _ => Unreadable(e, folder),
    };

    private static StorageElementBusyException Busy(PoolFolder folder, Exception e) =>
        new($"The pool {folder.Path} is busy: other processes kept its database locked.", e)
        {
            ErrorId = "PoolBusy",
            Element = folder.Path,
            Retryable = true,
            Recommendation = "Try again.",
        };

    private static ArrayUnreachableException Unreadable(Exception e, PoolFolder folder) =>
        new($"The pool {folder.Path} can't be read or written: {e.Message}.", e)
        {
            ErrorId = "PoolUnreadable",
            Element = folder.Path,
            Recommendation = "Check the kernel's log for errors of the disk or file system.",
        };

    private static string For(string? element) => element is null ? "" : $" (for '{element}')";
}
