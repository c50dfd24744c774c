namespace StorageConnect.Engine;

/// <summary>What the engine needs of the host it runs on, for plug-ins and for the guide's generic methods.</summary>
public interface IHostFabric : IHostServices;
