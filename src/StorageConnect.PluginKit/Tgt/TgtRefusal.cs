namespace StorageConnect.PluginKit.Tgt;

/// <summary>tgtd's reasons, by the numbers they have in its answers.</summary>
internal enum TgtRefusal
{
    Unknown = 1,
    OutOfMemory,
    NoDriver,
    NoTarget,
    NoUnit,
    NoSession,
    NoConnection,
    NoBinding,
    TargetExists,
    UnitExists,
    BindingExists,
    RuleExists,
    NoRule,
    UserExists,
    NoUser,
    TooManyUsers,
    InvalidRequest,
    OutgoingAccountExists,
    TargetActive,
    UnitActive,
    DriverActive,
    Unsupported,
    UnknownParameter,
    RemovalPrevented,
}

/// <summary>tgtd refused a request.</summary>
internal sealed class TgtRefusedException(TgtRefusal reason, TgtRequest request) : Exception($"tgtd refused: {request}: {reason}.")
{
    public TgtRefusal Reason { get; } = reason;
}
