using CsCheck;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>What a history begins with.</summary>
/// <param name="IsSilent">The array doesn't tell where its elements are.</param>
/// <param name="HasFriendlyNames">Maps are named mpatha and so on.</param>
/// <param name="HasForeignLun">Another tool has a session with the first target, and a map through it.</param>
/// <param name="Portals">One or two.</param>
internal sealed record HistorySetup(bool IsSilent, bool HasFriendlyNames, bool HasForeignLun, int Portals)
{
    // Not both silent and foreign: where all LUN numbers are looked behind, a run that is killed right then leaves others' disks, and nobody can tell later
    // whose they were.
    public static Gen<HistorySetup> Any { get; } = Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[1, 2])
        .Select((silent, friendly, foreign, portals) => new HistorySetup(silent, friendly, foreign && !silent, portals));
}
