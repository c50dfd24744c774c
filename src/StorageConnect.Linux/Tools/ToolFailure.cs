namespace StorageConnect.Linux.Tools;

/// <summary>Why a tool gave no usable answer.</summary>
public enum ToolFailure
{
    /// <summary>It isn't installed.</summary>
    NotFound,

    /// <summary>Its file exists and can't be started.</summary>
    NotStarted,

    /// <summary>It was killed at its deadline.</summary>
    TimedOut,

    /// <summary>It was killed because it wrote too much.</summary>
    OutputTooLong,
}
