namespace StorageConnect.Host.OpenIscsi;

/// <summary>A record that was put in place.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Root">The folder above which nothing is deleted with it.</param>
/// <param name="Before">What another tool had written there; null when the place was empty or the record ours.</param>
internal sealed record WrittenRecord(string Path, string Root, byte[]? Before);
