namespace StorageConnect.Engine.Workers;

/// <summary>The names and numbers of the protocol between the engine and a worker (docs/plugin-protocol.md), besides the guide's own method names.</summary>
internal static class WorkerProtocol
{
    /// <summary>The version of the protocol. It grows when a message changes its meaning; a new message or field does not change it.</summary>
    public const int ProtocolVersion = 1;

    public const string Initialize = "initialize";

    // Methods that are not in the guide.
    public const string FindAccessGroups = "findAccessGroups";
    public const string FindSnapshots = "findSnapshots";
    public const string FindCopies = "findCopies";

    // Notifications of the engine.
    public const string CancelRequest = "$/cancelRequest";
    public const string Acknowledge = "$/ack";

    // Notifications of a worker.
    public const string Items = "$/items";
    public const string Progress = "$/progress";
    public const string Log = "log";

    // Requests of a worker.
    public const string DevicePathPrefix = "host/devicePathPrefix";
    public const string FindDevicePaths = "host/findDevicePaths";
    public const string DestroyMultipathDevice = "host/destroyMultipathDevice";
    public const string IsConnected = "host/isConnected";
    public const string FindLuns = "host/findLuns";
    public const string Login = "host/login";
    public const string Logout = "host/logout";
    public const string ToMultipathId = "page83/toMultipathId";
    public const string CacheGet = "cache/get";
    public const string CacheSet = "cache/set";
    public const string CacheExtend = "cache/extend";
    public const string CacheClear = "cache/clear";
    public const string RegisteredServers = "servers/list";

    // Codes of errors: those of JSON-RPC, and those of this protocol.
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int InternalError = -32603;
    public const int ArrayError = -32000;
    public const int Cancelled = -32800;

    /// <summary>How many lists of elements a worker may send before the first of them is acknowledged.</summary>
    public const int Window = 4;
}
