namespace StorageConnect.Engine.Arrays;

/// <summary>The guide's names of the methods, as errors and documentation show them.</summary>
internal static class GuideMethod
{
    public const string Validate = "validate";
    public const string GetCapabilities = "getCapabilities";
    public const string GetInfo = "getInfo";
    public const string GetStorageNames = "getStorageNames";
    public const string GetAccessGroups = "getAccessGroups";
    public const string CreateAccessGroups = "createAccessGroups";
    public const string RemoveAccessGroups = "removeAccessGroups";
    public const string RenameAccessGroup = "renameAccessGroup";
    public const string AddToAccessGroup = "addToAccessGroup";
    public const string RemoveFromAccessGroup = "removeFromAccessGroup";
    public const string Discover = "discover";
    public const string Start = "start";
    public const string Stop = "stop";
    public const string Refresh = "refresh";
    public const string List = "list";
    public const string UpdateStorageElements = "updateSERecords";
    public const string GetStatus = "getStatus";
    public const string Online = "online";
    public const string Offline = "offline";
    public const string Create = "create";
    public const string StartPresent = "startPresent";
    public const string StopPresent = "stopPresent";
    public const string Resize = "resize";
    public const string Remove = "remove";
    public const string GetCloneLimits = "getCloneLimits";
    public const string IsCloneable = "isCloneable";
    public const string Clone = "clone";
    public const string IsSplittable = "isSplittable";
    public const string SplitClone = "splitClone";
    public const string CloneFromSnap = "cloneFromSnap";
    public const string GetCurrentClones = "getCurrentClones";
    public const string GetSnapLimits = "getSnapLimits";
    public const string IsSnapable = "isSnapable";
    public const string CreateSnap = "createSnap";
    public const string CreateMultiSnap = "createMultiSnap";
    public const string IsRestorable = "isRestorable";
    public const string SnapRestore = "snapRestore";
    public const string SnapRemove = "snapRemove";
    public const string GetCurrentSnaps = "getCurrentSnaps";
    public const string GetQosList = "getQoSList";
    public const string SetQos = "setQoS";
    public const string GetAsyncProgress = "getAsyncProgress";

    /// <summary>Ours: the guide knows no way to stop an operation.</summary>
    public const string Cancel = "cancel";
}
