using StorageConnect.Engine.Arrays;

namespace StorageConnect.Conformance.Clauses;

/// <summary>What the array can do at this moment.</summary>
[Chapter(30, "Capabilities")]
internal static class CapabilityClauses
{
    private const string Guide = "getCapabilities()";

    [Clause("CAPABILITY-1", Guide, 6, "getCapabilities tells every key, each with a value that it can have.", ReadOnly = true)]
    public static async Task EveryKeyIsTold(ClauseContext b) => Check.AllKeysSet(await b.Array.GetCapabilitiesAsync(b.Token), "getCapabilities");

    [Clause("CAPABILITY-2", Guide, 6, "The array is said to do no more than the plug-in can.", ReadOnly = true)]
    public static async Task NoMoreThanThePlugin(ClauseContext b)
    {
        var now = await b.Array.GetCapabilitiesAsync(b.Token);
        var beyond = CapabilityCheck.Needed.Values.Distinct().Where(key => ClauseContext.Can(now[key]) && !ClauseContext.Can(b.Descriptor.Ability[key]))
            .Select(key => key.ToString()).ToList();
        if (!CapabilityCheck.Needed.Values.Any(key => ClauseContext.Can(now[key])))
        {
            throw ClauseContext.Skip("The array can do nothing that needs an ability.");
        }

        Check.Same([], beyond, "abilities of the array that the plug-in lacks");
    }

    [Clause("CAPABILITY-3", Guide, 10, "Where access groups can be made, max_access_entries is above 0, or -1 for unlimited.", ReadOnly = true,
        Needs = [AbilityKey.AccessControl])]
    public static async Task GroupsCanHaveEntries(ClauseContext b)
    {
        var now = await b.Array.GetCapabilitiesAsync(b.Token);
        Check.That(now.MaxAccessEntries is Capabilities.Unlimited or > 0, "a number above 0, or -1", now.MaxAccessEntries);
    }

    [Clause("CAPABILITY-4", Guide, 6, "Asked again while nothing happens, getCapabilities tells the same.", ReadOnly = true)]
    public static async Task AskedAgainTheSame(ClauseContext b) =>
        Check.Equal(await b.Array.GetCapabilitiesAsync(b.Token), await b.Array.GetCapabilitiesAsync(b.Token), "the same abilities");

    [Clause("CAPABILITY-5", Guide, 6, "What is asynchronous for the plug-in may be synchronous for the array, not the other way round.", ReadOnly = true)]
    public static async Task SyncIsKept(ClauseContext b)
    {
        var now = await b.Array.GetCapabilitiesAsync(b.Token);
        (AbilityKey Feature, AbilityKey Sync)[] pairs =
        [
            (AbilityKey.Snapshot, AbilityKey.SnapIsSync), (AbilityKey.Clone, AbilityKey.CloneIsSync), (AbilityKey.Resize, AbilityKey.ResizeIsSync),
            (AbilityKey.SplitClone, AbilityKey.SplitCloneIsSync), (AbilityKey.SnapClone, AbilityKey.SnapCloneIsSync),
        ];
        if (!pairs.Any(pair => ClauseContext.Can(now[pair.Feature])))
        {
            throw ClauseContext.Skip("The array has no feature that could be asynchronous.");
        }

        var broken = pairs.Where(pair => ClauseContext.Can(now[pair.Feature]) && b.Descriptor.Ability[pair.Sync] == Ability.Yes
            && now[pair.Sync] != Ability.Yes)
            .Select(pair => pair.Sync.ToString());
        Check.Same([], broken, "keys that the plug-in declares Yes and the array doesn't");
    }
}
