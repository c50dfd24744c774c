using StorageConnect.Engine.Arrays;
using Xunit;
using Call = System.Func<
    StorageConnect.Engine.Arrays.StorageArray, StorageConnect.Tests.Engine.Arrays.Furniture, System.Threading.CancellationToken, System.Threading.Tasks.Task>;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>The guide's methods, each with a good way to call it through the engine's door.</summary>
public static class EveryMethod
{
    private static readonly Dictionary<string, Call> Calls = new()
    {
        ["getCapabilities"] = (array, _, token) => array.GetCapabilitiesAsync(token),
        ["getInfo"] = (array, _, token) => array.GetInfoAsync(token),
        ["getInfo of an element"] = (array, on, token) => array.GetInfoAsync(on.Lun, token),
        ["getStorageNames"] = (array, _, token) => array.GetStorageNamesAsync(token),
        ["getAccessGroups"] = (array, _, token) => array.GetAccessGroupsAsync(null, token),
        ["createAccessGroups"] = (array, _, token) => array.CreateAccessGroupsAsync([new() { Name = "new" }], token),
        ["removeAccessGroups"] = (array, on, token) => array.RemoveAccessGroupsAsync([on.Group], token),
        ["renameAccessGroup"] = (array, on, token) => array.RenameAccessGroupAsync(on.Group.Name, "new", token),
        ["addToAccessGroup"] = (array, on, token) => array.AddToAccessGroupAsync(on.Group.Name, ["iqn.2001-04.com.example:b"], token),
        ["removeFromAccessGroup"] = (array, on, token) => array.RemoveFromAccessGroupAsync(on.Group.Name, on.Group.Entries, token),
        ["list"] = async (array, _, token) => await array.ListAsync(new(), token).ToListAsync(token),
        ["updateSERecords"] = (array, on, token) => array.UpdateStorageElementsAsync([on.Lun], appendAllowed: false, token),
        ["getStatus"] = (array, _, token) => array.GetStatusAsync(null, token),
        ["online"] = (array, on, token) => array.OnlineAsync(on.Lun, token),
        ["offline"] = (array, on, token) => array.OfflineAsync(on.Lun, token),
        ["create"] = (array, _, token) => array.CreateAsync("new", 1024, null, true, null, token),
        ["startPresent"] = (array, on, token) => array.StartPresentAsync(on.Lun, [on.Group.Name], token),
        ["stopPresent"] = (array, on, token) => array.StopPresentAsync(on.Lun, [on.Group.Name], token),
        ["resize"] = (array, on, token) => array.ResizeAsync(on.Lun, 2048, allowShrink: false, token),
        ["remove"] = (array, on, token) => array.RemoveAsync(on.Clone, token),
        ["getCloneLimits"] = (array, _, token) => array.GetCloneLimitsAsync(null, token),
        ["isCloneable"] = (array, on, token) => array.IsCloneableAsync(on.Lun, token),
        ["clone"] = (array, on, token) => array.CloneAsync(on.Lun, "new", null, token),
        ["isSplittable"] = (array, on, token) => array.IsSplittableAsync(on.Clone, token),
        ["splitClone"] = (array, on, token) => array.SplitCloneAsync(on.Clone, token),
        ["cloneFromSnap"] = (array, on, token) => array.CloneFromSnapAsync(on.Lun, on.Snapshot, "new", null, token),
        ["getCurrentClones"] = (array, _, token) => array.GetCurrentClonesAsync(null, token),
        ["getSnapLimits"] = (array, _, token) => array.GetSnapLimitsAsync(null, token),
        ["isSnapable"] = (array, _, token) => array.IsSnapableAsync(null, token),
        ["createSnap"] = (array, on, token) => array.CreateSnapAsync(on.Lun, "new", token),
        ["createMultiSnap"] = (array, on, token) => array.CreateMultiSnapAsync([on.Lun, on.Other], "new", token),
        ["isRestorable"] = (array, on, token) => array.IsRestorableAsync(on.Snapshot, on.Lun, token),
        ["snapRestore"] = (array, on, token) => array.SnapRestoreAsync(on.Snapshot, null, token),
        ["snapRemove"] = (array, on, token) => array.SnapRemoveAsync(on.Snapshot, token),
        ["getCurrentSnaps"] = (array, _, token) => array.GetCurrentSnapsAsync(null, token),
        ["getQoSList"] = (array, _, token) => array.GetQosListAsync(token),
        ["setQoS"] = (array, on, token) => array.SetQosAsync(on.Lun, "gold", token),
        ["getAsyncProgress"] = (array, on, token) => array.CompleteAsync(on.Lun with { AsyncProgress = 0, AsyncHandle = "0" }, null, token),
    };

    public static TheoryData<string> Names => [.. Calls.Keys];

    /// <summary>The guide's name in one of <see cref="Names"/>.</summary>
    public static string GuideName(string name) => name.Split(' ')[0];

    public static Task CallAsync(string name, StorageArray array, Furniture on, CancellationToken cancellationToken) =>
        Calls[name](array, on, cancellationToken);
}
