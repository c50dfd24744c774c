namespace StorageConnect;

/// <summary>What can be left behind on a host.</summary>
public enum OscHostResidueKind
{
    /// <summary>A session through which no LUN comes.</summary>
    OrphanSession,

    /// <summary>A record of ours in open-iscsi's database, of a session that is no more.</summary>
    OrphanRecord,

    /// <summary>A path of a multipath device that leads to another LUN.</summary>
    WrongIdentity,

    /// <summary>A disk that the kernel has given up, though its session is logged in: its LUN is gone.</summary>
    StaleDevice,

    /// <summary>A multipath device without paths.</summary>
    EmptyMap,

    /// <summary>A link in /dev that leads nowhere.</summary>
    DeadLink,

    /// <summary>A LUN that this host sees though its array no longer presents it to it.</summary>
    SeenNotPresented,

    /// <summary>A LUN that its array presents to this host, which doesn't see it.</summary>
    PresentedUnseen,

    /// <summary>An attachment that was interrupted on its way in or out.</summary>
    Interrupted,
}
