using Xunit;
using static StorageConnect.Tests.Abstractions.Page83Pages;

namespace StorageConnect.Tests.Abstractions;

/// <summary>Of several designators the one is taken that multipath-tools takes.</summary>
public sealed class Page83ChoiceTests
{
    private static readonly (string Id, byte[] Designator)[] BestFirst =
    [
        ("3600a098038303053453f463045727a76", Naa("600A098038303053453F463045727A76")),
        ("35000c50015ea71ab", Naa("5000C50015EA71AB")),
        ("32001001b32a0b0c1", Naa("2001001B32A0B0C1")),
        ("20025385971b01a2b", Eui("0025385971B01A2B")),
        ("82001-04.com.example:a", ScsiName("iqn.2001-04.com.example:a")),
        ("1IET_00010001", T10("IET     00010001")),
        ("33001001b32a0b0c1", Naa("3001001B32A0B0C1")),
    ];

    public static TheoryData<int, int> EveryPair()
    {
        var pairs = new TheoryData<int, int>();
        for (var better = 0; better < BestFirst.Length; better++)
        {
            for (var worse = better + 1; worse < BestFirst.Length; worse++)
            {
                pairs.Add(better, worse);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(EveryPair))]
    public void The_better_kind_wins_wherever_it_stands(int better, int worse)
    {
        var (one, other) = (BestFirst[better].Designator, BestFirst[worse].Designator);
        Assert.Equal(BestFirst[better].Id, Page83.ToMultipathId(Page(one, other)));
        Assert.Equal(BestFirst[better].Id, Page83.ToMultipathId(Page(other, one)));
    }

    [Fact]
    public void Of_two_of_a_kind_the_first_wins() =>
        Assert.Equal("35000c50015ea71ab", Page83.ToMultipathId(Page(Naa("5000C50015EA71AB"), Naa("5000C50015EA71AC"))));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_designator_of_a_port_or_device_names_no_logical_unit(int association)
    {
        Assert.False(Page83.TryGetMultipathId(Page(Naa("5000C50015EA71AB", association)), out _));
        Assert.Equal("33001001b32a0b0c1", Page83.ToMultipathId(Page(Naa("600A098038303053453F463045727A76", association), Naa("3001001B32A0B0C1"))));
    }

    [Theory]
    [InlineData(3, "600A098038303053")] // NAA 6 in 8 bytes
    [InlineData(3, "5000C50015EA71AB00")] // NAA 5 in 9
    [InlineData(3, "1000C50015EA71AB")] // no such NAA
    [InlineData(3, "")]
    [InlineData(2, "0025385971B01A")] // EUI of 7 bytes
    [InlineData(8, "6E6161")] // "naa"
    [InlineData(8, "75756964")] // "uuid"
    [InlineData(1, "41544120202020")] // 7 of 8 bytes of a vendor
    [InlineData(0, "41544120202020")] // vendor specific
    [InlineData(6, "00000001")] // logical unit group
    [InlineData(7, "00112233445566778899AABBCCDDEEFF")] // MD5
    [InlineData(10, "00112233445566778899AABBCCDDEEFF")] // UUID
    [InlineData(15, "00")]
    public void One_that_is_malformed_or_of_another_kind_is_passed_over(int type, string value)
    {
        var odd = Designator(type, Convert.FromHexString(value));
        Assert.False(Page83.TryGetMultipathId(Page(odd), out _));
        Assert.Equal("33001001b32a0b0c1", Page83.ToMultipathId(Page(odd, Naa("3001001B32A0B0C1"))));
    }
}
