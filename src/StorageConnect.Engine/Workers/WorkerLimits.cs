namespace StorageConnect.Engine.Workers;

/// <summary>The limits of a worker.</summary>
internal sealed record WorkerLimits
{
    /// <summary>From the start of its process to the answer to initialize.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From a call, or its last sign of progress, to its answer.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>From the cancellation of a call to its answer.</summary>
    public TimeSpan CancelTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a worker without a call is kept.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>From the end of its standard input to its own end.</summary>
    public TimeSpan EndTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The first pause before a worker is started again after one that ended by itself twice in a row; each further one is twice as long.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Workers of one server at the same time.</summary>
    public int Workers { get; init; } = 8;

    /// <summary>Data memory of a worker, and of each of its children, in bytes.</summary>
    public long Memory { get; init; } = 2L << 30;

    /// <summary>The longest message, in bytes.</summary>
    public int Message { get; init; } = 64 << 20;

    /// <summary>Lines of standard error that are traced of one worker; what follows is read and dropped.</summary>
    public int ErrorLines { get; init; } = 1000;
}
