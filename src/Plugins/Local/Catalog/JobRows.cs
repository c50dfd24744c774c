namespace StorageConnect.Plugins.Local.Catalog;

internal enum JobState
{
    Running,

    /// <summary>It is to be stopped; the process that works on it, or the next one that checks, cleans up.</summary>
    Stopping,

    /// <summary>Its error is kept for later queries.</summary>
    Failed,

    /// <summary>Its element is ready; its counters are kept for a while.</summary>
    Done,
}

/// <summary>A background copy, continued by any process that is alive.</summary>
internal sealed record JobRow
{
    public required string Uuid { get; init; }

    /// <summary>The element it creates.</summary>
    public required string Element { get; init; }

    public required string Name { get; init; }

    public JobState State { get; init; }

    /// <summary>Bytes of data to copy, holes not counted.</summary>
    public required long Total { get; init; }

    /// <summary>Bytes of data that are copied and durable.</summary>
    public long Done { get; init; }

    /// <summary>Bytes that all its workers copied together: more than the total only by what a worker had not made durable when it died.</summary>
    public long Copied { get; init; }

    /// <summary>The member of a multi-snapshot being copied, from 0.</summary>
    public int Member { get; init; }

    /// <summary>Up to where in that member the copy is durable.</summary>
    public long Position { get; init; }

    /// <summary>How often a worker continued after another one's death.</summary>
    public int Takeovers { get; init; }

    /// <summary>The process that works on it, or did last: for display only, the lock decides.</summary>
    public int? Worker { get; init; }

    public string? ErrorId { get; init; }

    public string? Error { get; init; }

    public string? Recommendation { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>
    /// The error of a job that failed, in this process or another. Its kind is none that tells of a pool that can't be reached now: that would be no end.
    /// </summary>
    public StorageConnectException ToError()
    {
        var message = Error ?? "The copy failed.";
        var errorId = ErrorId ?? "OperationFailed";
        return errorId switch
        {
            "OutOfSpace" => new LimitExceededException(message) { ErrorId = errorId, Element = Name, Recommendation = Recommendation },
            "PoolCorrupt" or "PoolUnreadable" => new DataCorruptException(message) { ErrorId = errorId, Element = Name, Recommendation = Recommendation },
            _ => new InvalidRequestException(message) { ErrorId = errorId, Element = Name, Recommendation = Recommendation },
        };
    }
}

/// <summary>Queries and changes of jobs.</summary>
internal static class JobRows
{
    private const string Columns =
        "SELECT uuid, element, name, state, total, done, copied, member, position, takeovers, worker, error_id, error, recommendation, started FROM jobs";
    private static readonly TimeSpan EndedAreKept = TimeSpan.FromDays(7);

    public static JobRow? ByUuid(PoolConnection db, string uuid) => db.One($"{Columns} WHERE uuid = $1", Read, uuid);

    /// <summary>Those that have not ended.</summary>
    public static List<string> Open(PoolConnection db) => db.All("SELECT uuid FROM jobs WHERE state < 2 ORDER BY started", row => row.GetString(0));

    /// <summary>Bytes that the running copies still need.</summary>
    public static long BytesToCopy(PoolConnection db) => db.Scalar<long>("SELECT coalesce(sum(total - done), 0) FROM jobs WHERE state < 2");

    /// <summary>The name of the element being copied from this element or snapshot, or null.</summary>
    public static string? CopiedFrom(PoolConnection db, string source) =>
        db.Scalar<string>(
            "SELECT j.name FROM sources s JOIN elements e ON e.id = s.element AND e.ready = 0 JOIN jobs j ON j.element = e.uuid WHERE s.source = $1", source);

    public static void Insert(PoolConnection db, JobRow job) => db.Execute(
        "INSERT INTO jobs (uuid, element, name, state, total, done, copied, member, position, takeovers, started) VALUES ($1, $2, $3, 0, $4, 0, 0, 0, 0, 0, " +
            "$5)",
        job.Uuid,
        job.Element,
        job.Name,
        job.Total,
        job.Started.ToUnixTimeMilliseconds());

    /// <summary>Saves which process works on it now. The first worker counts as no takeover.</summary>
    public static void SetWorker(PoolConnection db, string uuid, int process) =>
        db.Execute("UPDATE jobs SET takeovers = takeovers + (worker IS NOT NULL), worker = $2 WHERE uuid = $1", uuid, (long)process);

    /// <summary>Saves the durable position, and the bytes that this worker copied since the last save.</summary>
    public static void SetProgress(PoolConnection db, string uuid, int member, long position, long done, long copied) =>
        db.Execute("UPDATE jobs SET member = $2, position = $3, done = $4, copied = copied + $5 WHERE uuid = $1", uuid, (long)member, position, done, copied);

    public static void SetStopping(PoolConnection db, string uuid) => db.Execute("UPDATE jobs SET state = 1 WHERE uuid = $1 AND state = 0", uuid);

    public static void SetFailed(PoolConnection db, string uuid, StorageConnectException error, DateTimeOffset now) => db.Execute(
        "UPDATE jobs SET state = 2, error_id = $2, error = $3, recommendation = $4, ended = $5 WHERE uuid = $1",
        uuid,
        error.ErrorId,
        error.Message,
        error.Recommendation,
        now.ToUnixTimeMilliseconds());

    public static void SetDone(PoolConnection db, string uuid, DateTimeOffset now) =>
        db.Execute("UPDATE jobs SET state = 3, done = total, ended = $2 WHERE uuid = $1", uuid, now.ToUnixTimeMilliseconds());

    public static void ForgetOld(PoolConnection db, DateTimeOffset now) =>
        db.Execute("DELETE FROM jobs WHERE ended < $1", (now - EndedAreKept).ToUnixTimeMilliseconds());

    private static JobRow Read(Microsoft.Data.Sqlite.SqliteDataReader row) => new()
    {
        Uuid = row.GetString(0),
        Element = row.GetString(1),
        Name = row.GetString(2),
        State = (JobState)row.GetInt32(3),
        Total = row.GetInt64(4),
        Done = row.GetInt64(5),
        Copied = row.GetInt64(6),
        Member = row.GetInt32(7),
        Position = row.GetInt64(8),
        Takeovers = row.GetInt32(9),
        Worker = row.IsDBNull(10) ? null : row.GetInt32(10),
        ErrorId = row.IsDBNull(11) ? null : row.GetString(11),
        Error = row.IsDBNull(12) ? null : row.GetString(12),
        Recommendation = row.IsDBNull(13) ? null : row.GetString(13),
        Started = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(14)),
    };
}
