using CsCheck;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>What happens next on a host: a run of the product, or what an administrator, the array or the network does.</summary>
/// <param name="Verb">What.</param>
/// <param name="One">With which element, portal or session, by number.</param>
/// <param name="Other">The second element, where there are two.</param>
/// <param name="Fault">What comes between, while a run is under way.</param>
/// <param name="AtRunStep">At which of the run's steps.</param>
internal sealed record HistoryStep(Verb Verb, int One, int Other, Fault Fault, int AtRunStep)
{
    private static readonly Gen<Verb> AnyVerb = Gen.Frequency(
        (8, Gen.Const(Verb.Attach)),
        (6, Gen.Const(Verb.Detach)),
        (3, Gen.Const(Verb.AttachBoth)),
        (2, Gen.Const(Verb.DetachOneAttachOther)),
        (3, Gen.Const(Verb.GiveLunAway)),
        (10, Gen.Enum<Verb>()));

    // Most runs are left in peace.
    private static readonly Gen<Fault> AnyMishap = Gen.Frequency((2, Gen.Const(Fault.None)), (1, Gen.Enum<Fault>()));

    public static Gen<HistoryStep> Any { get; } = Gen.Select(AnyVerb, Gen.Int[0, 2], Gen.Int[0, 2], AnyMishap, Gen.Int[1, 14])
        .Select((verb, one, other, fault, atRunStep) => new HistoryStep(verb, one, other, fault, atRunStep));
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

internal enum Fault
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
