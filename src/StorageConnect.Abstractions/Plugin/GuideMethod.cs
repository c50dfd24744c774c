namespace StorageConnect;

/// <summary>The guide's names of the plug-in methods, as the protocol, errors for plug-in authors and documentation show them.</summary>
public static class GuideMethod
{
#pragma warning disable CS1591 // Each constant is documented by the method it names.
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
#pragma warning restore CS1591

    /// <summary>Stops an asynchronous operation. Not in the guide.</summary>
    public const string Cancel = "cancel";

    /// <summary>What a method does, in words for users that complete "can't ...": <c>create snapshots</c>. An unknown method is returned as it is.</summary>
    public static string ToWords(string method) => method switch
    {
        GetStorageNames => "list storage names",
        GetAccessGroups => "list access groups",
        CreateAccessGroups => "create access groups",
        RemoveAccessGroups => "remove access groups",
        RenameAccessGroup => "rename access groups",
        AddToAccessGroup or RemoveFromAccessGroup => "change access groups",
        Discover => "discover targets",
        Start => "log in to targets",
        Stop => "log out of targets",
        Refresh => "rescan this host",
        List => "list elements",
        UpdateStorageElements => "update elements",
        GetStatus => "report a status",
        Online => "set elements online",
        Offline => "set elements offline",
        Create => "create elements",
        StartPresent => "present elements",
        StopPresent => "stop presenting elements",
        Resize => "resize elements",
        Remove => "remove elements",
        GetCloneLimits => "report clone limits",
        Clone => "clone elements",
        SplitClone => "split clones",
        CloneFromSnap => "clone snapshots",
        GetCurrentClones => "list clones",
        GetSnapLimits => "report snapshot limits",
        CreateSnap => "create snapshots",
        CreateMultiSnap => "create snapshots of several elements at once",
        SnapRestore => "restore snapshots",
        SnapRemove => "remove snapshots",
        GetCurrentSnaps => "list snapshots",
        GetQosList => "list qualities of service",
        SetQos => "change the quality of service",
        GetAsyncProgress => "report the progress of operations",
        Cancel => "stop operations",
        _ => method,
    };
}
