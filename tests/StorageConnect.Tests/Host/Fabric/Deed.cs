using CsCheck;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>What happens next on a host: a run of the product, or what an administrator, the array or the network does.</summary>
/// <param name="Verb">What.</param>
/// <param name="One">With which element, portal or session, by number.</param>
/// <param name="Other">The second element, where there are two.</param>
/// <param name="Mishap">What comes between, while a run is under way.</param>
/// <param name="Step">At which of the run's steps.</param>
internal sealed record Deed(Verb Verb, int One, int Other, Mishap Mishap, int Step)
{
    private static readonly Gen<Verb> AnyVerb = Gen.Frequency(
        (8, Gen.Const(Verb.Attach)),
        (6, Gen.Const(Verb.Detach)),
        (3, Gen.Const(Verb.AttachBoth)),
        (2, Gen.Const(Verb.DetachOneAttachOther)),
        (3, Gen.Const(Verb.GiveLunAway)),
        (10, Gen.Enum<Verb>()));

    // Most runs are left in peace.
    private static readonly Gen<Mishap> AnyMishap = Gen.Frequency((2, Gen.Const(Mishap.None)), (1, Gen.Enum<Mishap>()));

    public static Gen<Deed> Any { get; } = Gen.Select(AnyVerb, Gen.Int[0, 2], Gen.Int[0, 2], AnyMishap, Gen.Int[1, 14])
        .Select((verb, one, other, mishap, step) => new Deed(verb, one, other, mishap, step));
}

internal enum Verb
{
    Attach,
    Detach,
    AttachBoth,
    DetachOneAttachOther,
    Resize,
    ClearResidue,
    LosePortal,
    MendPortals,
    LogOutByHand,
    LogInByHand,
    GiveLunAway,
    Withdraw,
    StopMultipathd,
    StartMultipathd,
    Hold,
    LetGo,
    LoseArray,
    FindArray,
}

internal enum Mishap
{
    None,

    /// <summary>As by SIGKILL: from that step on nothing happens any more.</summary>
    Killed,
    Cancelled,
    PortalLost,
    SessionLoggedOut,
    MultipathdStopped,
    ElementWithdrawn,
}
