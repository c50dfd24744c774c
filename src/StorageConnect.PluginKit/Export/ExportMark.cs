namespace StorageConnect.PluginKit.Export;

/// <summary>A record, committed together with a change, that the daemon must still be updated for an element. Any process can do it later.</summary>
/// <param name="Id">The mark's key in the records.</param>
/// <param name="Element">The element's Uuid.</param>
/// <param name="Resized">The element's size changed, possibly by less than the daemon's rounded figures show.</param>
public readonly record struct ExportMark(long Id, string Element, bool Resized);
