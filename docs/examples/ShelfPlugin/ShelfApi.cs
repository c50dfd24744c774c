using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using StorageConnect;

namespace Shelf;

/// <summary>The array's REST API. What it refuses, and silence too, becomes the contract's exception.</summary>
internal static class ShelfApi
{
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(30) };

    public static Task<T> GetAsync<T>(StorageServer server, string path, CancellationToken cancellationToken) =>
        SendAsync<T>(server, HttpMethod.Get, path, null, cancellationToken);

    public static Task<T> PostAsync<T>(StorageServer server, string path, object body, CancellationToken cancellationToken) =>
        SendAsync<T>(server, HttpMethod.Post, path, body, cancellationToken);

    public static Task PostAsync(StorageServer server, string path, object body, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(server, HttpMethod.Post, path, body, cancellationToken);

    public static Task DeleteAsync(StorageServer server, string path, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(server, HttpMethod.Delete, path, null, cancellationToken);

    private static async Task<T> SendAsync<T>(StorageServer server, HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, $"{server.AdminHost!.TrimEnd('/')}/{path}");
        request.Headers.Authorization = Authorization(server);
        request.Content = body is null ? null : new StringContent(JsonSerializer.Serialize(body, JsonSerializerOptions.Web), Encoding.UTF8, "application/json");
        try
        {
            using var response = await Client.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? await ReadAsync<T>(response, cancellationToken)
                : throw ToException(server, await ReadAsync<ShelfError>(response, cancellationToken));
        }
        catch (JsonException e)
        {
            throw new InvalidStorageArrayException($"{server.AdminHost} answers, but not as a Shelf array does: {e.Message}", e)
            {
                Recommendation = "Check the address (AdminHost).",
            };
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ArrayUnreachableException($"{server.AdminHost} does not answer: {e.Message}", e)
            {
                Retryable = true,
                Recommendation = "Check the address (AdminHost) and that the array is up.",
            };
        }
    }

    // An answer that can't be read is no answer of a Shelf array, and no silence either.
    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync<T>(cancellationToken) ?? throw new JsonException("It is empty.");

    // The secret is turned into text here alone, and is in no field, log or message.
    private static AuthenticationHeaderValue Authorization(StorageServer server) =>
        server.GetAdminSecret()!.Use(secret =>
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{server.AdminUser}:{secret}"))));

    private static StorageConnectException ToException(StorageServer server, ShelfError error) => error.Code switch
    {
        "not_found" => new NotFoundException(error.Message),
        "exists" => new AlreadyExistsException(error.Message) { Recommendation = "Choose another name." },
        "limit" => new LimitExceededException(error.Message) { Recommendation = "Remove what isn't needed, or ask for less." },
        "busy" => new StorageElementBusyException(error.Message),
        "not_safe" => new SnapRestoreNotSafeException(error.Message),
        "unauthorized" =>
            new AuthenticationFailedException(
                $"{server.AdminHost} refuses the user '{server.AdminUser}': {error.Message}") { Recommendation = "Set-OscStorageServer -Credential" },
        _ => new InvalidRequestException(error.Message),
    };
}
