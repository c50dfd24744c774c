using System.Text.RegularExpressions;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Configuration;

/// <summary>How the plug-in proves who it is.</summary>
internal enum AuthKind
{
    /// <summary>A user and a password, at the identity service.</summary>
    Password,

    /// <summary>An application credential: its id and its secret, at the identity service.</summary>
    AppCredential,

    /// <summary>Not at all: a stand-alone service with <c>auth_strategy = noauth</c>.</summary>
    None,
}

/// <summary>What a server's record says about where the service is, and as whom to use it. It holds no secret.</summary>
/// <param name="Url">The identity service's URL; with <see cref="AuthKind.None"/> that of the block storage service.</param>
/// <param name="Auth">How the plug-in proves who it is.</param>
internal sealed partial record CinderAddress(Uri Url, AuthKind Auth)
{
    public const string Help =
        "Pairs separated by semicolons. Project=<name or id> is needed unless Auth=appcredential. Auth=password (the default), appcredential or none; "
        + "UserDomain= and ProjectDomain= (names; the domain 'default' when left out); Region=; Interface=public (the default), internal or admin; "
        + "Thumbprint=<SHA-256 of the server's certificate> trusts that certificate alone; "
        + "Identity=none (the default), provider_id, metadata:<key> or probe: where the identity that hosts see comes from. "
        + "Example: Project=storage;UserDomain=Default;Region=RegionOne;Identity=provider_id";

    private static readonly string[] Keys = ["Project", "UserDomain", "ProjectDomain", "Region", "Interface", "Auth", "Identity", "Thumbprint"];
    private static readonly string[] Interfaces = ["public", "internal", "admin"];

    /// <summary>The user, or the id of the application credential.</summary>
    public string? User { get; init; }

    /// <summary>Name or id of the project; null where the application credential decides.</summary>
    public string? Project { get; init; }

    public string? UserDomain { get; init; }

    public string? ProjectDomain { get; init; }

    /// <summary>The region whose endpoint is used; null where the catalog has one.</summary>
    public string? Region { get; init; }

    /// <summary>Which of the service's endpoints is used.</summary>
    public string Interface { get; init; } = "public";

    /// <summary>Where the identities that hosts see come from.</summary>
    public IdentitySource Identity { get; init; } = IdentitySource.None;

    /// <summary>The SHA-256 of the one certificate that is trusted, in upper-case hex; null: the system's trust store decides.</summary>
    public string? Thumbprint { get; init; }

    /// <summary>Keystone's ids are 32 hex digits; everything else is a name.</summary>
    public static bool IsId(string text) => IdForm().IsMatch(text);

    /// <exception cref="InvalidStorageArrayException">Something is missing or wrong; the message names it.</exception>
    public static CinderAddress Parse(StorageServer server)
    {
        var values = ReadPairs(server);
        var auth = values.GetValueOrDefault("Auth")?.ToLowerInvariant() switch
        {
            null or "password" => AuthKind.Password,
            "appcredential" => AuthKind.AppCredential,
            "none" => AuthKind.None,
            var other => throw AddressErrors.ExtraInfoInvalid(server, $"Auth={other} is none of password, appcredential and none"),
        };
        var address = new CinderAddress(ParseUrl(server, auth), auth)
        {
            User = server.AdminUser,
            Project = NonEmpty(server, values, "Project"),
            UserDomain = NonEmpty(server, values, "UserDomain"),
            ProjectDomain = NonEmpty(server, values, "ProjectDomain"),
            Region = NonEmpty(server, values, "Region"),
            Interface = ParseInterface(server, values.GetValueOrDefault("Interface")),
            Identity = IdentitySource.TryParse(values.GetValueOrDefault("Identity") ?? "none")
                ?? throw AddressErrors.ExtraInfoInvalid(server, $"Identity={values["Identity"]} is none of none, provider_id, metadata:<key> and probe"),
            Thumbprint = ParseThumbprint(server, values.GetValueOrDefault("Thumbprint")),
        };
        address.DemandWhole(server);
        return address;
    }

    private void DemandWhole(StorageServer server)
    {
        if (Auth != AuthKind.AppCredential && Project is null)
        {
            throw AddressErrors.ExtraInfoInvalid(server, "ExtraInfo has no Project=");
        }

        if (Auth == AuthKind.None)
        {
            if (server.AdminUser is not null)
            {
                throw CinderErrors.ServerInvalid(server, "with Auth=none there is no user", "Leave out -Credential, or leave out Auth=none.");
            }

            if (Project!.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_')))
            {
                throw AddressErrors.ExtraInfoInvalid(server, $"Project={Project}: without the identity service a project is letters, digits, - and _");
            }

            return;
        }

        if (User is null || server.GetAdminSecret() is null)
        {
            throw AddressErrors.CredentialMissing(server, Auth);
        }
    }

    private static Dictionary<string, string> ReadPairs(StorageServer server)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var text = server.ExtraInfo ?? "";
        if (text.Any(char.IsControl))
        {
            throw AddressErrors.ExtraInfoInvalid(server, "ExtraInfo has a line break or another control character");
        }

        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                throw AddressErrors.ExtraInfoInvalid(server, $"ExtraInfo '{part}' has no '='");
            }

            var key = part[..equals].TrimEnd();
            if (!Keys.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                // Not the value: it may be a password.
                throw AddressErrors.ExtraInfoInvalid(server, $"ExtraInfo has the unknown key '{key}'; the keys are {string.Join(", ", Keys)}");
            }

            if (!values.TryAdd(key, part[(equals + 1)..].TrimStart()))
            {
                throw AddressErrors.ExtraInfoInvalid(server, $"ExtraInfo has '{key}' twice");
            }
        }

        return values;
    }

    private static string? NonEmpty(StorageServer server, Dictionary<string, string> values, string key) =>
        !values.TryGetValue(key, out var value) ? null
        : value.Length > 0 ? value
        : throw AddressErrors.ExtraInfoInvalid(server, $"ExtraInfo names nothing after '{key}='");

    private static Uri ParseUrl(StorageServer server, AuthKind auth)
    {
        var example = auth == AuthKind.None ? "http://cinder.example:8776" : "https://keystone.example:5000/v3";
        var what = auth == AuthKind.None ? "the block storage service" : "the identity service";
        if (string.IsNullOrWhiteSpace(server.AdminHost))
        {
            throw AddressErrors.UrlInvalid(server, $"-AdminHost is missing: it is the URL of {what}, such as {example}");
        }

        if (!Uri.TryCreate(server.AdminHost.Trim(), UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            throw AddressErrors.UrlInvalid(server, $"-AdminHost '{server.AdminHost}' is no http or https URL: it is the URL of {what}, such as {example}");
        }

        return url.UserInfo.Length > 0 ? throw AddressErrors.UrlInvalid(server, "-AdminHost has a user or a password in its URL; they belong into -Credential")
            : url.Query.Length > 0 || url.Fragment.Length > 0 ? throw AddressErrors.UrlInvalid(server, "-AdminHost has a query or a fragment")
            : url;
    }

    private static string ParseInterface(StorageServer server, string? text) =>
        text is null ? "public"
        : Interfaces.FirstOrDefault(name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase))
            ?? throw AddressErrors.ExtraInfoInvalid(server, $"Interface={text} is none of {string.Join(", ", Interfaces)}");

    private static string? ParseThumbprint(StorageServer server, string? text)
    {
        if (text is null)
        {
            return null;
        }

        var digits = text.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        return digits.Length == 64 && digits.All(char.IsAsciiHexDigit)
            ? digits
            : throw AddressErrors.ExtraInfoInvalid(server, "Thumbprint= is not the SHA-256 of a certificate: 64 hex digits, with or without colons");
    }

    [GeneratedRegex("^[0-9a-f]{32}$", RegexOptions.CultureInvariant)]
    private static partial Regex IdForm();
}
