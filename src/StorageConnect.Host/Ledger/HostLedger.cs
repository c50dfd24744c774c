using System.Globalization;

namespace StorageConnect.Host.Ledger;

/// <summary>
/// What this user's commands intend with this host's storage, and did. All that can be seen on the host is read from the host each time, so
/// that nothing here can be wrong about it: a run that was killed at any point is taken up again by looking.
/// </summary>
internal sealed class HostLedger(string folder)
{
    private readonly RecordStore<Attachment> _attachments = new(Path.Combine(folder, "attachments"));
    private readonly RecordStore<MadeSession> _sessions = new(Path.Combine(folder, "sessions"));
    private readonly RecordStore<WideLook> _looks = new(Path.Combine(folder, "looks"));

    public IReadOnlyList<Attachment> Attachments => _attachments.All;

    public IReadOnlyList<MadeSession> Sessions => _sessions.All;

    public IReadOnlyList<WideLook> Looks => _looks.All;

    public Attachment? TryLoad(string page83Id) => _attachments.TryLoad(page83Id);

    public void Save(Attachment attachment) => _attachments.Save(attachment.Page83Id, attachment);

    public void Remove(Attachment attachment) => _attachments.Remove(attachment.Page83Id);

    public void Save(MadeSession session) => _sessions.Save(KeyOf(session), session);

    public void Remove(MadeSession session) => _sessions.Remove(KeyOf(session));

    public void Save(WideLook look) => _looks.Save(KeyOf(look), look);

    public void Remove(WideLook look) => _looks.Remove(KeyOf(look));

    // A session's number comes again after a restart: then its old note is worth nothing.
    private static string KeyOf(WideLook look) => look.SessionId.ToString(CultureInfo.InvariantCulture);

    private static string KeyOf(MadeSession session) => $"{session.TargetName} {session.Portal} {session.NetDevice}";
}
