namespace StorageConnect;

/// <summary>What can be made to go wrong between the engine and a plug-in (<c>Test-OscPlugin -Fault</c>).</summary>
public enum PluginFault
{
    /// <summary>Every call takes longer.</summary>
    Latency,

    /// <summary>Every third call of a method is done, but its answer is lost on the way: the array is unreachable, as far as the caller knows.</summary>
    Drop,

    /// <summary>Every third call of a method fails before the plug-in sees it, with an exception that is none of the contract's.</summary>
    Throw,

    /// <summary>Answers that are lists are cut to half, and half of the groups asked for are left out.</summary>
    Partial,

    /// <summary>getCapabilities claims that everything can be done, at any time and at once.</summary>
    LyingAbility,

    /// <summary>Every call that changes something is made twice, as after a lost answer.</summary>
    Duplicate,
}
