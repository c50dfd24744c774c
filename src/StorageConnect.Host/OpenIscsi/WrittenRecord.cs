namespace StorageConnect.Host.OpenIscsi;

/// <summary>A record that was written.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Root">The topmost folder that is deleted with it when empty.</param>
/// <param name="Aside">The paths of other tools' records that were put aside for it: at its own path, or under another portal group tag.</param>
internal sealed record WrittenRecord(string Path, string Root, IReadOnlyList<string> Aside);
