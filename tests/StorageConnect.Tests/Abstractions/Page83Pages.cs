using System.Text;

namespace StorageConnect.Tests.Abstractions;

/// <summary>Builds VPD pages 0x83.</summary>
internal static class Page83Pages
{
    public static byte[] Page(params byte[][] designators)
    {
        var body = designators.SelectMany(bytes => bytes).ToArray();
        return [0, 0x83, (byte)(body.Length >> 8), (byte)body.Length, .. body];
    }

    /// <param name="type">1 T10 vendor, 2 EUI-64, 3 NAA, 8 SCSI name.</param>
    /// <param name="value">The designator itself.</param>
    /// <param name="association">0 logical unit, 1 target port, 2 target device.</param>
    public static byte[] Designator(int type, byte[] value, int association = 0) =>
        [1, (byte)(association << 4 | type), 0, (byte)value.Length, .. value];

    public static byte[] Naa(string hex, int association = 0) => Designator(3, Convert.FromHexString(hex), association);

    public static byte[] Eui(string hex) => Designator(2, Convert.FromHexString(hex));

    public static byte[] ScsiName(string name) => Designator(8, Encoding.UTF8.GetBytes(name));

    public static byte[] T10(string text) => Designator(1, Encoding.UTF8.GetBytes(text));
}
