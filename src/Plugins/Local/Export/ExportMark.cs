namespace StorageConnect.Plugins.Local.Export;

/// <summary>A note, committed with a change, that the daemon has yet to be brought in line for an element. Whoever finds it later does that.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Element">The element's uuid.</param>
/// <param name="Resized">The element's size has changed, by how little ever.</param>
internal readonly record struct ExportMark(long Id, string Element, bool Resized);
