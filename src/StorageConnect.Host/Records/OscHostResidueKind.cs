namespace StorageConnect;

/// <summary>What can be left behind on a host.</summary>
public enum OscHostResidueKind
{
    /// <summary>A session without LUNs.</summary>
    OrphanSession,

    /// <summary>A record of ours in open-iscsi's database whose session has ended.</summary>
    OrphanRecord,

    /// <summary>A path of a multipath device that leads to another LUN.</summary>
    WrongIdentity,

    /// <summary>A disk that the kernel has given up, though its session is logged in: its LUN is gone.</summary>
    StaleDevice,

    /// <summary>A multipath device without paths.</summary>
    EmptyMap,

    /// <summary>A link in /dev that leads nowhere.</summary>
    DeadLink,

    /// <summary>A LUN on this host that its array no longer presents to it.</summary>
    SeenNotPresented,

    /// <summary>A LUN that its array presents to this host and that isn't visible here.</summary>
    PresentedUnseen,

    /// <summary>An interrupted attach or detach.</summary>
    Interrupted,
}
