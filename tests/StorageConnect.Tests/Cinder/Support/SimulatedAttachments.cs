using System.Net;
using System.Text.Json;

namespace StorageConnect.Tests.Cinder.Support;

/// <summary>Volumes of a project for several hosts at once, and their attachments, as the service keeps them.</summary>
internal sealed class SimulatedAttachments
{
    private readonly List<Kept> _all = [];
    private int _count;

    public SimulatedAttachments(ReplayedCinder cinder)
    {
        cinder.On("GET", "/volumes/[^/?]+$", request => Volume(LastPart(request)));
        cinder.On("GET", "/attachments/detail", request => ReplayedCinder.Answer(
            new { attachments = _all.Where(one => request.Path.EndsWith(one.VolumeId, StringComparison.Ordinal)).Select(one => one.Body) }));
        cinder.On("GET", "/attachments/[0-9a-f-]{36}$", request => Find(request) is { } one ? Answer(one) : Missing());
        cinder.On("POST", "/attachments$", Reserve);
        cinder.On("PUT", "/attachments/", Connect);
        cinder.On("POST", "/attachments/.*/action$", request =>
        {
            Find(request.Path.Split('/')[^2])!.Status = "attached";
            return ReplayedCinder.Empty(HttpStatusCode.NoContent);
        });
        cinder.On("DELETE", "/attachments/", request =>
            End(LastPart(request)) ? ReplayedCinder.Answer(new { attachments = Array.Empty<object>() }) : Missing());
    }

    /// <summary>More fields of the connection_info of connected attachments, by name.</summary>
    public Dictionary<string, object> Info { get; } = [];

    /// <summary>The target of all volumes; null where each has its own.</summary>
    public string? SharedTarget { get; set; }

    public bool Encrypted { get; set; }

    /// <summary>Whether its volumes are for several hosts at once.</summary>
    public bool Multiattach { get; set; } = true;

    public IEnumerable<string> Ids => _all.Select(one => one.Id);

    public static string LastPart(SentRequest request) => request.Path.Split('/')[^1];

    public static string VolumeId(int number) => $"00000000-0000-0000-0000-{number:d12}";

    public static StorageElement Element(int number) => new() { Uuid = VolumeId(number).Replace("-", "", StringComparison.Ordinal), Name = $"v{number}" };

    /// <summary>The attachments of an initiator.</summary>
    public IReadOnlyList<string> IdsOf(string initiator) => [.. _all.Where(one => one.Initiator == initiator).Select(one => one.Id)];

    public bool End(string id) => _all.RemoveAll(one => one.Id == id) > 0;

    /// <summary>A reservation whose answer was lost.</summary>
    public string Reserve(int volume)
    {
        var kept = new Kept($"11111111-0000-0000-0000-{++_count:d12}", VolumeId(volume), volume);
        _all.Add(kept);
        return kept.Id;
    }

    public HttpResponseMessage Reserve(SentRequest request) =>
        Answer(Find(Reserve(int.Parse(Json(request).GetProperty("attachment").GetProperty("volume_uuid").GetString()![^12..],
            System.Globalization.CultureInfo.InvariantCulture)))!);

    public HttpResponseMessage Connect(SentRequest request)
    {
        var one = Find(request)!;
        var connector = Json(request).GetProperty("attachment").GetProperty("connector");
        one.Initiator = connector.GetProperty("initiator").GetString();
        one.HostName = connector.GetProperty("host").GetString();
        one.Status = "attaching";
        one.Info = new(Info)
        {
            ["driver_volume_type"] = "iscsi",
            ["target_iqn"] = SharedTarget ?? $"iqn.2010-10.org.openstack:{one.VolumeId}",
            ["target_portal"] = "192.0.2.10:3260",
            ["target_lun"] = one.Lun,
        };
        return Answer(one);
    }

    private static JsonElement Json(SentRequest request) => JsonDocument.Parse(request.Body!).RootElement;

    private static HttpResponseMessage Answer(Kept one) => ReplayedCinder.Answer(new { attachment = one.Body });

    private static HttpResponseMessage Missing() => ReplayedCinder.Refusal(HttpStatusCode.NotFound, "Volume attachment could not be found with filter.");

    private Kept? Find(SentRequest request) => Find(LastPart(request));

    private Kept? Find(string id) => _all.Find(one => one.Id == id);

    private HttpResponseMessage Volume(string id)
    {
        var own = _all.Where(one => one.VolumeId == id).ToList();
        return ReplayedCinder.Answer(new
        {
            volume = new
            {
                id,
                name = $"v{int.Parse(id[^12..], System.Globalization.CultureInfo.InvariantCulture)}",
                size = 1,
                multiattach = Multiattach,
                encrypted = Encrypted,
                status = own.Exists(one => one.Status == "attached") ? "in-use" : own.Count > 0 ? "reserved" : "available",
                attachments = own.Where(one => one.Status == "attached").Select(one => new { attachment_id = one.Id, host_name = one.HostName }),
            },
        });
    }

    private sealed record Kept(string Id, string VolumeId, int Lun)
    {
        public string Status { get; set; } = "reserved";

        public string? Initiator { get; set; }

        public string? HostName { get; set; }

        public Dictionary<string, object> Info { get; set; } = [];

        public object Body => new { id = Id, status = Status, volume_id = VolumeId, connection_info = Info };
    }
}
