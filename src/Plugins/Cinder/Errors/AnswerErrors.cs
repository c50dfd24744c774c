using System.Net;
using System.Text.Json;

namespace StorageConnect.Plugins.Cinder.Errors;

/// <summary>What answers other than success mean, as errors.</summary>
internal static class AnswerErrors
{
    private const int LongestText = 600;

    /// <summary>The error for an answer.</summary>
    /// <param name="service">What was asked, for people: <c>the block storage service at http://...</c>.</param>
    /// <param name="subject">What the request was about; null where it was about the project.</param>
    /// <param name="status">The answer's status.</param>
    /// <param name="text">The message in its body; null when there is none.</param>
    /// <param name="isQuestion">
    /// The request asked only: that the service failed says nothing about what was asked for, and the same question may be answered later.
    /// </param>
    public static StorageConnectException ToError(string service, string? subject, HttpStatusCode status, string? text, bool isQuestion)
    {
        var says = text is null ? $"answered {(int)status} without a reason" : $"answered {(int)status}: {text}";
        return status switch
        {
            HttpStatusCode.Unauthorized => NotAuthenticated(service, says),
            HttpStatusCode.Forbidden => NotAllowed(service, subject, says),
            HttpStatusCode.NotFound when IsAboutObject(text) => NotFound(subject, text!),
            HttpStatusCode.BadRequest when text?.Contains("Malformed request url", StringComparison.OrdinalIgnoreCase) == true => WrongProject(service, says),
            HttpStatusCode.BadRequest when IsAboutState(text) => Busy(subject, text!),
            HttpStatusCode.BadRequest => PluginError.InvalidRequest(subject,
                $"The block storage service refused it: {text ?? "without a reason"}", id: "CinderRefused"),
            HttpStatusCode.Conflict => Busy(subject, text ?? "another request is at work on it"),
            HttpStatusCode.RequestEntityTooLarge => Quota(subject, text ?? "a quota is reached"),
            HttpStatusCode.NotAcceptable => PluginError.InvalidStorageArray(subject, $"{service} {says}", "Register the server again.", id: "ApiVersion"),
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout or HttpStatusCode.TooManyRequests
                => Unreachable(service, says, null),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => Redirected(service, status),
            >= HttpStatusCode.InternalServerError => ServiceFault(service, subject, says, isQuestion),
            _ => PluginError.InvalidStorageArray(subject, $"{service} {says}", "Is -AdminHost the URL of the right service?", id: "UnexpectedAnswer"),
        };
    }

    /// <summary>The message in an error's body, whatever its envelope is named; null when there is none.</summary>
    public static string? ReadText(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            foreach (var member in root.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.Object && member.Value.TryGetProperty("message", out var message)
                    && message.ValueKind == JsonValueKind.String)
                {
                    return Shorten(message.GetString()!);
                }

                if (member.NameEquals("message") && member.Value.ValueKind == JsonValueKind.String)
                {
                    return Shorten(member.Value.GetString()!);
                }
            }

            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What belongs to another project, as if it were not there: a member is answered the same.</summary>
    public static NotFoundException OfOtherProject(string? subject) => NotFound(subject, $"'{subject}' could not be found in this project.");

    public static AuthenticationFailedException NotAuthenticated(string service, string says) =>
        PluginError.AuthenticationFailed(service, $"{service} does not accept the credentials; it {says}",
            "Check user, password, Project=, UserDomain= and ProjectDomain=, then Set-OscStorageServer -Credential.");

    public static ArrayUnreachableException Unreachable(string service, string reason, Exception? cause) =>
        new($"{Capital(service)} can't be used now: {reason}", cause)
        {
            ErrorId = "CinderUnreachable",
            Element = service,
            Retryable = true,
            Recommendation = "Check that the service runs and that this machine reaches it, then try again.",
        };

    public static InvalidStorageArrayException CertificateRejected(string service, string reason, Exception cause) =>
        PluginError.InvalidStorageArray(service, $"The certificate of {service} is not trusted: {reason}",
            "Add its certificate authority to the system's trust store, or give Thumbprint=<SHA-256 of the certificate> in -ExtraInfo.", cause);

    public static InvalidStorageArrayException NoJson(string service, Exception? cause, bool isQuestion = false) =>
        new($"{Capital(service)} answered something that is no answer of an OpenStack service.", cause)
        {
            ErrorId = nameof(NoJson),
            Element = service,
            Retryable = isQuestion,
            Recommendation = "Is -AdminHost the URL of the right service, and is no proxy in between?",
        };

    public static InvalidStorageArrayException TooOld(string service, string highest) =>
        PluginError.InvalidStorageArray(service, $"{Capital(service)} speaks version {highest} of the block storage API; 3.44 or newer is needed.",
            "OpenStack Rocky (2018) and newer have it.");

    public static InvalidStorageArrayException NoEndpoint(string project, string reason, string known) =>
        PluginError.InvalidStorageArray(project, $"The identity service knows no block storage service for the project '{project}' {reason}.",
            known.Length > 0 ? $"It knows: {known}. Correct Region= or Interface=."
                : "Has the site a Cinder service (catalog type block-storage or volumev3)?");

    public static InvalidStorageArrayException NoProject(string service) =>
        PluginError.InvalidStorageArray(service, $"{Capital(service)} gave a token for no project.", "Give Project=<name or id> in -ExtraInfo.");

    private static NotFoundException NotFound(string? subject, string text) =>
        PluginError.NotFound(subject, text, "Get-OscStorageElement lists what there is.", id: "CinderObjectNotFound");

    private static AccessDeniedException NotAllowed(string service, string? subject, string says) =>
        PluginError.AccessDenied(subject, $"{Capital(service)} does not allow it; it {says}",
            "Ask the administrator of the Cinder service for the right that the message names; docs/cinder.md tells what a member needs.");

    private static InvalidStorageArrayException WrongProject(string service, string says) =>
        PluginError.InvalidStorageArray(service, $"{Capital(service)} does not know this project; it {says}", "Correct Project= in -ExtraInfo.");

    private static StorageElementBusyException Busy(string? subject, string text) =>
        PluginError.StorageElementBusy(subject, $"The block storage service refused it in the present state: {text}",
            "Get-OscStatus tells the state. Try again when it is available.", id: "CinderBusy");

    private static LimitExceededException Quota(string? subject, string text) =>
        PluginError.LimitExceeded(subject, $"A quota of the project is reached: {text}",
            "Remove what is not needed, or ask the administrator of the Cinder service for a larger quota.", id: "QuotaExceeded");

    private static InvalidStorageArrayException Redirected(string service, HttpStatusCode status) =>
        PluginError.InvalidStorageArray(service,
            $"{Capital(service)} answered {(int)status}, a redirect. It is not followed, because the token would go along.",
            "Register the final URL.");

    private static InvalidStorageArrayException ServiceFault(string service, string? subject, string says, bool isQuestion) =>
        new($"{Capital(service)} failed; it {says}")
        {
            ErrorId = nameof(ServiceFault),
            Element = subject,
            Retryable = isQuestion,
            Recommendation = "The administrator of the Cinder service finds the details in its log.",
        };

    /// <summary>False where the URL is not known, which says nothing about what it is of.</summary>
    private static bool IsAboutObject(string? text) => text is not null && !text.StartsWith("The resource", StringComparison.Ordinal)
        && (text.Contains("could not be found", StringComparison.Ordinal) || text.StartsWith("Default volume type", StringComparison.Ordinal));

    private static bool IsAboutState(string? text) =>
        text is not null && (text.Contains("status", StringComparison.OrdinalIgnoreCase) || text.StartsWith("Invalid volume:", StringComparison.Ordinal)
            || text.StartsWith("Invalid snapshot:", StringComparison.Ordinal));

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string Shorten(string text) => text.Length <= LongestText ? text : text[..LongestText] + "...";
}
