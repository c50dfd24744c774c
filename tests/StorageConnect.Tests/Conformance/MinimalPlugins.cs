using System.Runtime.CompilerServices;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <summary>A recording plug-in that says of itself that it has no create.</summary>
public class ReadOnlyPlugin : RecordingIscsiPlugin
{
    public override bool Implements(string method) => method != GuideMethod.Create && base.Implements(method);
}

/// <summary>A recording plug-in that writes to its log what an administrator may follow.</summary>
public class TalkativePlugin : RecordingIscsiPlugin
{
    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken)
    {
        Log.Debug($"Logging in to {server.Name} as {server.AdminUser} with {server.GetAdminSecret()}.");
        return base.ValidateAsync(server, cancellationToken);
    }
}

/// <summary>One that writes the password as well, when it has made something.</summary>
public class IndiscreetPlugin : TalkativePlugin
{
    public override async Task<StorageElement> CreateAsync(StorageServer server, StorageElement element, bool thinProvision, string? qos,
        CancellationToken cancellationToken)
    {
        Log.Debug($"POST /login {server.AdminUser}:{server.GetAdminSecret()?.Use(static secret => secret.ToString())}");
        return await base.CreateAsync(server, element, thinProvision, qos, cancellationToken);
    }
}

/// <summary>The five methods that every plug-in has, and what the base class makes of them.</summary>
public class FiveMethodPlugin : StorageArrayPlugin
{
    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken) =>
        Task.FromResult(RecordingArray.Of(server).Contents.Describe(server));

    public override Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Task.FromResult(RecordingArray.Of(server).Contents.Get(element));

    public override async IAsyncEnumerable<StorageElement> ListAsync(
        StorageServer server, StorageElementFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var element in RecordingArray.Of(server).Contents.List(filter))
        {
            yield return element;
        }
    }

    public override Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        var array = RecordingArray.Of(server).Contents;
        return Task.FromResult(element is null ? array.Status : array.Get(element).Status!);
    }
}
