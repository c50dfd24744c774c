using StorageConnect.Engine.Results;

namespace StorageConnect;

/// <summary>Why an operation failed, as plain data that can be stored.</summary>
public sealed record OscOperationError
{
    /// <summary>The error's id, for scripts.</summary>
    public required string ErrorId { get; init; }

    /// <summary>What happened and why.</summary>
    public required string Message { get; init; }

    /// <summary>What it is about, or null.</summary>
    public string? Element { get; init; }

    /// <summary>The guide's method that failed, or null.</summary>
    public string? Method { get; init; }

    /// <summary>The plug-in that failed, with its version, or null.</summary>
    public string? Plugin { get; init; }

    /// <summary>What the user can do about it, or null.</summary>
    public string? Recommendation { get; init; }

    /// <summary>The kind of error: the name of its class.</summary>
    public required string Type { get; init; }

    /// <summary>The message.</summary>
    public override string ToString() => Message;

    internal static OscOperationError From(StorageConnectException error) => new()
    {
        ErrorId = error.ErrorId,
        Message = error.Message,
        Element = error.Element,
        Method = error.Method,
        Plugin = error.Plugin,
        Recommendation = error.Recommendation,
        Type = error.GetType().Name,
    };

    /// <summary>The error as the plug-in threw it, in this process or another.</summary>
    public StorageConnectException ToException()
    {
        var error = ErrorRepair.Create(Type, new(ErrorId, Message, Recommendation) { Element = Element });
        (error.Method, error.Plugin) = (Method, Plugin);
        return error;
    }
}
