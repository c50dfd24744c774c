namespace StorageConnect.PluginKit.Tgt;

/// <summary>The operation, by tgtd's numbers.</summary>
internal enum TgtOperation
{
    New = 0,
    Delete = 1,
    Show = 2,
    Bind = 3,
    Unbind = 4,
    Update = 5,
}

/// <summary>The object of the operation, by tgtd's numbers.</summary>
internal enum TgtMode
{
    System = 0,
    Target = 1,
    Unit = 2,
    Portal = 3,
    Driver = 4,
    Connection = 6,
    Account = 7,
}

/// <summary>One request to tgtd. It is the same whether it goes over the socket or as the arguments of tgtadm.</summary>
/// <remarks>A class, not a record: it may hold a secret, and must not print.</remarks>
internal sealed class TgtRequest(TgtMode mode, TgtOperation operation, params (string Key, string Value)[] parameters)
{
    public const int AllTargets = -1;

    public TgtMode Mode { get; } = mode;

    public TgtOperation Operation { get; } = operation;

    public int Target { get; init; } = AllTargets;

    public long Session { get; init; }

    public int Connection { get; init; }

    public int Unit { get; init; } = -1;

    public bool Outgoing { get; init; }

    public bool HoldsSecret { get; init; }

    public IReadOnlyList<(string Key, string Value)> Parameters => parameters;

    /// <summary>Operation and object, for messages. Never a parameter's value.</summary>
    public override string ToString() => Target > 0 ? $"{Operation} {Mode} of target {Target}" : $"{Operation} {Mode}";
}
