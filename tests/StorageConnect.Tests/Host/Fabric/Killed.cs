namespace StorageConnect.Tests.Host.Fabric;

/// <summary>Stands for SIGKILL: nothing in the product catches it.</summary>
internal sealed class Killed : Exception;
