namespace StorageConnect.Engine.Workers;

/// <summary>A worker's answer to initialize.</summary>
/// <param name="ProtocolVersion">Its version of the protocol.</param>
/// <param name="Plugins">Its plug-in classes: the requested one, or all.</param>
/// <param name="Concurrency">How many calls it takes at the same time; 1 by default.</param>
internal sealed record WorkerIntroduction(int ProtocolVersion, IReadOnlyList<IntroducedPlugin>? Plugins, int Concurrency = 1);

/// <summary>A plug-in class in a worker's introduction, and in a plug-in's plugin.json.</summary>
/// <param name="Descriptor">Its descriptor.</param>
/// <param name="Implements">The methods it implements, by the guide's names.</param>
/// <param name="ProgressInterval">Seconds between two calls of getAsyncProgress; null leaves it to the engine.</param>
/// <param name="ConcurrentChanges">How many elements a command may create, copy or remove at the same time; 1 by default.</param>
internal sealed record IntroducedPlugin(
    PluginDescriptor Descriptor, IReadOnlyList<string>? Implements, double? ProgressInterval = null, int ConcurrentChanges = 1);

/// <summary>The engine's parameters of initialize.</summary>
/// <param name="ClassName">The plug-in class that will be called; null for all.</param>
/// <param name="ApiVersion">The revision of the guide that it is called with; null before it was negotiated.</param>
internal sealed record WorkerGreeting(string? ClassName, string? ApiVersion);
