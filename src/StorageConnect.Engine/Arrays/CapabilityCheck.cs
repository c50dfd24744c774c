using System.Collections.Frozen;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Engine.Arrays;

/// <summary>Which method needs which ability, and the meaning of each value for a call.</summary>
internal static class CapabilityCheck
{
    /// <summary>Methods that are not listed need no ability: an expired licence must not lock data in.</summary>
    public static readonly FrozenDictionary<string, AbilityKey> Needed = new Dictionary<string, AbilityKey>
    {
        [GuideMethod.CreateSnap] = AbilityKey.Snapshot,
        [GuideMethod.CreateMultiSnap] = AbilityKey.Snapshot,
        [GuideMethod.Clone] = AbilityKey.Clone,
        [GuideMethod.CloneFromSnap] = AbilityKey.SnapClone,
        [GuideMethod.Resize] = AbilityKey.Resize,
        [GuideMethod.SplitClone] = AbilityKey.SplitClone,
        [GuideMethod.CreateAccessGroups] = AbilityKey.AccessControl,
        [GuideMethod.RemoveAccessGroups] = AbilityKey.AccessControl,
        [GuideMethod.RenameAccessGroup] = AbilityKey.AccessControl,
        [GuideMethod.AddToAccessGroup] = AbilityKey.AccessControl,
        [GuideMethod.RemoveFromAccessGroup] = AbilityKey.AccessControl,
    }.ToFrozenDictionary();

    /// <summary>The ability in force for a call; <see cref="Ability.Offline"/> when only with an offline element.</summary>
    /// <exception cref="NoSuchOperationException">The plug-in or the array can't.</exception>
    [Rule(6, "A call needs the ability of the plug-in and of the array at this moment.", "getCapabilities()")]
    public static Ability Demand(string method, AbilityKey key, PluginDescriptor plugin, Capabilities array, string serverName)
    {
        RequireOf($"The plug-in '{plugin.Name}'", plugin.Ability[key]);
        RequireOf($"The array '{serverName}'", array[key]);
        return plugin.Ability[key] == Ability.Offline ? Ability.Offline : array[key];

        void RequireOf(string who, Ability value)
        {
            if (value is not (Ability.Yes or Ability.Online or Ability.Offline))
            {
                throw ElementErrors.NoSuchOperation(who, method, key, value, serverName);
            }
        }
    }

    /// <summary>The error for an online element where the feature needs an offline one.</summary>
    public static StorageElementBusyException MustBeOffline(string method, AbilityKey key, StorageElement element) =>
        ElementErrors.StorageElementOnline(element.Name, method, key);
}
