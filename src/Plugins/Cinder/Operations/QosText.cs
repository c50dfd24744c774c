using StorageConnect.Plugins.Cinder.Api;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>What a volume type means as a quality of service, for users.</summary>
internal static class QosText
{
    public static string Of(VolumeType type, QosSpecs? specs)
    {
        var parts = new List<string>();
        if (!string.IsNullOrEmpty(type.Description))
        {
            parts.Add(type.Description);
        }

        if (type.Backend is { } backend)
        {
            parts.Add($"on {backend}");
        }

        if (type.IsMultiattach)
        {
            parts.Add("for several hosts at once");
        }

        if (specs is not null)
        {
            parts.Add(string.Join(", ", specs.Specs.Select(one => $"{one.Key}={one.Value}")));
            parts.Add(specs.Consumer is "back-end" ? "enforced by the array" : "a wish to the host, which nothing enforces here");
        }

        return parts.Count > 0 ? string.Join("; ", parts) : $"volume type {type.Name}";
    }
}
