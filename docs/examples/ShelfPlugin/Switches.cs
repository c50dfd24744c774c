using StorageConnect;

namespace Shelf;

/// <summary>What the plug-in can do so far.</summary>
internal static class Switches
{
    public const Ability AccessControl = Ability.Yes;
    public const Ability Resize = Ability.Online;
    public const Ability Snapshot = Ability.Online;
    public const Ability Clone = Ability.Online;
    public const Ability SplitClone = Ability.Online;
}
