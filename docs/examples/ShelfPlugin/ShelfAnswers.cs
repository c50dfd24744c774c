namespace Shelf;

internal sealed record ShelfSystem(string Model, string Firmware, string Health, long Total, long Used, long Free, long Allocated,
    string[] Pools, string[] Licences);

internal sealed record ShelfVolume(
    string Id, string Name, string Kind, string Pool, long Size, bool Thin, bool Online, string? Wwn, int? Progress, DateTimeOffset Created,
    string[] Groups, string[] Sources);

internal sealed record ShelfGroup(string Name, string[] Members);

internal sealed record ShelfError(string Code, string Message);
