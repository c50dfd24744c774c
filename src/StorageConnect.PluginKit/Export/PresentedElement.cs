using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>An element that initiators may use, as the array's records have it.</summary>
/// <param name="Uuid">Its Uuid.</param>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Initiators">The entries of all groups it is presented to, each once. Those that aren't iSCSI names are ignored.</param>
/// <param name="Unit">What initiators see of it; null while it is offline.</param>
public sealed record PresentedElement(string Uuid, string Name, ValueList<string> Initiators, UnitSpec? Unit);
