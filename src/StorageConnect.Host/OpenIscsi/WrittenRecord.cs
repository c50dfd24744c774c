namespace StorageConnect.Host.OpenIscsi;

/// <summary>A record that was written.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Root">The topmost folder that is deleted with it when empty.</param>
/// <param name="Before">The previous record of another tool; null when there was none or it was ours.</param>
internal sealed record WrittenRecord(string Path, string Root, byte[]? Before);
