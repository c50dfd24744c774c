using Xunit;
using static StorageConnect.Tests.Abstractions.Page83Pages;

namespace StorageConnect.Tests.Abstractions;

/// <summary>Each kind of designator gives the identity that multipath-tools gives it.</summary>
public sealed class Page83FormatTests
{
    [Theory]
    [InlineData("600A098038303053453F463045727A76", "3600a098038303053453f463045727a76")]
    [InlineData("5000C50015EA71AB", "35000c50015ea71ab")]
    [InlineData("2001001B32A0B0C1", "32001001b32a0b0c1")]
    [InlineData("3001001B32A0B0C1", "33001001b32a0b0c1")]
    public void A_NAA_designator_is_a_3_and_lower_case_hex(string value, string id) => Assert.Equal(id, Page83.ToMultipathId(Page(Naa(value))));

    [Theory]
    [InlineData("0025385971B01A2B")]
    [InlineData("0025385971B01A2B00112233")]
    [InlineData("0025385971B01A2B0011223344556677")]
    public void An_EUI_64_designator_is_a_2_and_lower_case_hex(string value) =>
        Assert.Equal("2" + value.ToLowerInvariant(), Page83.ToMultipathId(Page(Eui(value))));

    [Theory]
    [InlineData("naa.600A098038303053\0\0", "3600a098038303053")]
    [InlineData("eui.0025385971B01A2B\0\0\0\0", "20025385971b01a2b")]
    [InlineData("iqn.2001-04.com.Example:Disk,L,0x01\0", "82001-04.com.Example:Disk,L,0x01")]
    [InlineData("naa.600A\0980", "3600a")]
    public void A_SCSI_name_loses_its_prefix_and_its_padding(string name, string id) => Assert.Equal(id, Page83.ToMultipathId(Page(ScsiName(name))));

    [Theory]
    [InlineData("ATA     Samsung SSD   S5H", "1ATA_Samsung_SSD_S5H")]
    [InlineData("LIO-ORG vol1    ", "1LIO-ORG_vol1")]
    [InlineData(" LIO-ORG", "1_LIO-ORG")]
    [InlineData("IET     00010001\0\0\0\0", "1IET_00010001")]
    [InlineData("IET     0001  \0\0", "1IET_0001_")]
    public void A_T10_designator_is_a_1_and_its_text_with_an_underscore_for_each_run_of_spaces(string text, string id) =>
        Assert.Equal(id, Page83.ToMultipathId(Page(T10(text))));

    [Fact]
    public void What_is_longer_than_an_identity_of_multipath_tools_is_cut_off_as_it_cuts_it_off()
    {
        var name = new string('x', 250);
        Assert.Equal("8" + name[..124], Page83.ToMultipathId(Page(ScsiName("iqn." + name))));
        Assert.Equal("1" + name[..126], Page83.ToMultipathId(Page(T10(name))));
    }
}
