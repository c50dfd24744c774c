namespace MyArray;

/// <summary>A volume as the array tells of it.</summary>
internal sealed record Volume(string Uuid, string Name, long SizeBytes, bool IsThin, bool IsOnline, DateTimeOffset CreatedAt);
