using System.Reflection;

namespace StorageConnect;

/// <summary>
/// The contract of a plug-in for storage arrays: the guide's 42 methods (<c>IStorageArrayPlugin</c>), one file for each subject. Derive one
/// class per kind of array, declare it with <see cref="StorageArrayPluginAttribute"/>, implement the five abstract methods, and override what
/// the array can do. The base class answers for the rest: no such operation, or for an element that is there false, 0, or an empty list.
/// </summary>
/// <remarks>
/// <para>One instance serves every server of its kind, from several threads at once: keep state on the array, or in <see cref="Cache"/>
/// under the server's Uuid. The constructor takes no parameters and does nothing that can fail or wait.</para>
/// <para>A method that fails throws; one that returns has succeeded. Throw the <see cref="StorageConnectException"/> that fits: anything
/// else is reported as a fault of the plug-in. Any method may throw <see cref="AuthenticationFailedException"/>,
/// <see cref="ArrayUnreachableException"/> and, when what it was given isn't on the array any more, <see cref="NotFoundException"/>.</para>
/// <para>Records are immutable: return changed copies. What a method is given may be older than what the array holds; look objects up by
/// Uuid. Observe the cancellation token, and leave no partial change when it fires.</para>
/// <para>Asynchronous work (abilities <c>*_is_sync</c> other than Yes): return the record with <see cref="StorageElement.AsyncProgress"/> set,
/// and answer <see cref="GetAsyncProgressAsync"/>.</para>
/// </remarks>
public abstract partial class StorageArrayPlugin
{
    private PluginServices? _services;
    private Capabilities? _declared;
    private IReadOnlySet<string>? _implemented;

    /// <summary>The engine's services for the plug-in. Set once, after the constructor and before the first call.</summary>
    /// <exception cref="InvalidOperationException">Read before it was set, or set twice.</exception>
    public PluginServices Services
    {
        get => _services ?? throw new InvalidOperationException("The engine gives a plug-in its services after it was constructed.");
        set => _services = _services is null ? value : throw new InvalidOperationException("The services of a plug-in are set once.");
    }

    /// <summary>
    /// How many elements a command may create, clone, snapshot or remove at the same time, from 1 to 64. Override it where changes that come at the same
    /// time cost less than one after another, because they share a commit or a request. The default, 1, means one after another, in the order given.
    /// </summary>
    /// <remarks>
    /// What is asked for at the same time concerns different elements and names. Each call still stands for itself: it returns when its own change is
    /// durable, and its failure says nothing about the others. Copies that go on in the background are begun one after another all the same.
    /// </remarks>
    public virtual int ConcurrentChanges => 1;

    /// <summary>For raw data from arrays (guide: <c>IPlugin.cache</c>).</summary>
    protected PluginCache Cache => Services.Cache;

    /// <summary>This plug-in's log. No secrets.</summary>
    protected IPluginLog Log => Services.Log;

    /// <summary>The host this runs on.</summary>
    protected IHostServices Host => Services.Host;

    /// <summary>Checks what the user entered, and that the array is ready for it. Guide: validate(). REQUIRED.</summary>
    /// <remarks>
    /// Make sure that everything this kind of array needs is there (<see cref="StorageServer.ExtraInfo"/> included), connect if you can, with the user and
    /// the secret of this record rather than with a session that is kept, check licences. The engine calls it before any other method sees the record;
    /// never call it yourself.
    /// </remarks>
    /// <param name="server">The server to validate.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidStorageArrayException">Something is missing or wrong and no other exception fits; the message explains it.</exception>
    public abstract Task ValidateAsync(StorageServer server, CancellationToken cancellationToken);

    /// <summary>What this array can do at this moment. Guide: getCapabilities(). REQUIRED.</summary>
    /// <remarks>Set every key; a feature that isn't supported or whose licence expired is <see cref="Ability.Unsupported"/>. Called often: be quick.</remarks>
    /// <param name="server">The server to ask.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Capabilities> GetCapabilitiesAsync(StorageServer server, CancellationToken cancellationToken) =>
        Task.FromResult(_declared ??= GetType().GetCustomAttribute<StorageArrayPluginAttribute>()?.Ability ?? new());

    /// <summary>
    /// Whether this plug-in implements a method of the guide. The engine calls only this, and no reflection, before it uses its generic
    /// version of an optional method. Not in the guide.
    /// </summary>
    /// <remarks>The base class checks which methods are overridden. Override it in a plug-in that stands in for another one.</remarks>
    /// <param name="method">The guide's name, from <see cref="GuideMethod"/>; an unknown name gives false.</param>
    public virtual bool Implements(string method) => (_implemented ??= OverriddenMethods.Of(GetType())).Contains(method);

    /// <summary>
    /// The error that every method throws that isn't overridden and has no other answer. Override it to say why this kind of array can't do it.
    /// </summary>
    /// <param name="server">The server that was asked.</param>
    /// <param name="method">The guide's name of the method, from <see cref="GuideMethod"/>; <see cref="GuideMethod.ToWords"/> makes words of it.</param>
    protected virtual NoSuchOperationException Unsupported(StorageServer server, string method) =>
        new($"The array '{server?.Name}' can't {GuideMethod.ToWords(method)}: its plug-in {GetType().FullName} does not support it.")
        {
            Element = server?.Name,
            Recommendation = "Get-OscCapability shows what the array can do. Use the array's own tools for the rest.",
        };

    // No is an answer about an element that is there. About one that isn't, the answer is NotFound, for arrays without the feature too.
    private async Task<T> AnswerAsync<T>(StorageServer server, StorageElement? element, T answer, CancellationToken cancellationToken)
    {
        if (element is not null)
        {
            await GetInfoAsync(server, element, cancellationToken).ConfigureAwait(false);
        }

        return answer;
    }
}
