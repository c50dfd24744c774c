using System.Globalization;

namespace StorageConnect.Host.Ledger;

/// <summary>
/// The journal of this user's commands on this host's storage. Everything that the host itself shows is read from the host each time, so the
/// journal can't contradict it, and an interrupted run can be resumed.
/// </summary>
internal sealed class HostLedger(string folder)
{
    private readonly RecordStore<Attachment> _attachments = new(Path.Combine(folder, "attachments"));
    private readonly RecordStore<OwnedSession> _sessions = new(Path.Combine(folder, "sessions"));
    private readonly RecordStore<FullScan> _fullScans = new(Path.Combine(folder, "full-scans"));

    public IReadOnlyList<Attachment> Attachments => _attachments.All;

    public IReadOnlyList<OwnedSession> Sessions => _sessions.All;

    public IReadOnlyList<FullScan> FullScans => _fullScans.All;

    /// <param name="key">The <see cref="Attachment.Key"/>: a page 0x83 id, or that of a presentation.</param>
    public Attachment? TryLoad(string key) => _attachments.TryLoad(key);

    /// <summary>The attachment of an element whose identity belongs to its presentation; null when there is none.</summary>
    public Attachment? TryLoadPresented(StorageElement element) =>
        element.Uuid.Length > 0 && TryLoad(Attachment.KeyOf(element.Uuid)) is { Presented: not null } attachment ? attachment : null;

    /// <summary>What proves an attachment's disks, without places that were given to another element later.</summary>
    public PresentedIdentity FindOwnPlaces(Attachment attachment)
    {
        var presented = attachment.Presented!;
        var later = Attachments.Where(other => other.Key != attachment.Key && other.Presented?.IsLaterThan(presented) == true)
            .SelectMany(other => other.Presented!.Places)
            .ToHashSet();
        return later.Count == 0 ? presented : presented with { Places = [.. presented.Places.Where(place => !later.Contains(place))] };
    }

    public void Save(Attachment attachment) => _attachments.Save(attachment.Key, attachment);

    public void Remove(Attachment attachment) => _attachments.Remove(attachment.Key);

    /// <summary>The entry of a session as it is now; null when there is none.</summary>
    public OwnedSession? TryLoad(OwnedSession session) => _sessions.TryLoad(KeyOf(session));

    public void Save(OwnedSession session) => _sessions.Save(KeyOf(session), session);

    public void Remove(OwnedSession session) => _sessions.Remove(KeyOf(session));

    public void Save(FullScan scan) => _fullScans.Save(KeyOf(scan), scan);

    public void Remove(FullScan scan) => _fullScans.Remove(KeyOf(scan));

    // Session numbers start again after a reboot; an old entry is overwritten then.
    private static string KeyOf(FullScan scan) => scan.SessionId.ToString(CultureInfo.InvariantCulture);

    private static string KeyOf(OwnedSession session) => $"{session.TargetName} {session.Portal} {session.NetDevice} {session.Initiator}";
}
