using CsCheck;
using StorageConnect.Tests.Recording;
using Xunit;
using static StorageConnect.Tests.Abstractions.Page83Pages;

namespace StorageConnect.Tests.Abstractions;

/// <summary>Pages that are cut off, or no pages at all.</summary>
public sealed class Page83DamageTests
{
    private static readonly byte[] Whole = Page(T10("IET     00010001"), Naa("600A098038303053453F463045727A76"));

    [Fact]
    public void A_page_that_is_cut_off_anywhere_has_no_identity()
    {
        for (var length = 0; length < Whole.Length; length++)
        {
            Assert.False(Page83.TryGetMultipathId(Whole.AsSpan(0, length), out var id));
            Assert.Null(id);
        }
    }

    [Fact]
    public void What_follows_the_page_in_the_buffer_is_not_read() =>
        Assert.Equal("1IET_00010001", Page83.ToMultipathId([.. Page(T10("IET     00010001")), .. Naa("600A098038303053453F463045727A76")]));

    [Fact]
    public void A_last_designator_that_reaches_beyond_the_page_is_passed_over()
    {
        var naa = Naa("600A098038303053453F463045727A76");
        Assert.Equal("1IET_00010001", Page83.ToMultipathId(Page(T10("IET     00010001"), naa[..^1])));
    }

    [Fact]
    public void Another_page_is_refused_with_a_way_out()
    {
        byte[] other = [.. Whole];
        other[1] = 0x80;
        Expect.Failure<DataCorruptException>("Page83Invalid", null, () => Page83.ToMultipathId(other));
    }

    [Fact]
    public void Random_bytes_never_throw_and_both_ways_of_asking_agree() => Gen.Byte.Array[0, 300].Sample(BothAgree);

    [Fact]
    public void Random_designators_never_throw_and_both_ways_of_asking_agree() =>
        Gen.Select(Gen.Byte, Gen.Byte.Array[0, 40], (type, value) => (byte[])[1, type, 0, (byte)value.Length, .. value])
            .Array[0, 8]
            .Select(designators => Page(designators))
            .Sample(BothAgree);

    [Fact]
    public void A_page_with_one_byte_changed_never_throws_and_both_ways_of_asking_agree() =>
        Gen.Select(Gen.Int[0, Whole.Length - 1], Gen.Byte, (at, value) =>
        {
            byte[] page = [.. Whole];
            page[at] = value;
            return page;
        }).Sample(BothAgree);

    private static bool BothAgree(byte[] page)
    {
        if (Page83.TryGetMultipathId(page, out var id))
        {
            return id is ['1' or '2' or '3' or '8', ..] && id.Length < 128 && Page83.ToMultipathId(page) == id;
        }

        Assert.Throws<DataCorruptException>(() => Page83.ToMultipathId(page));
        return id is null;
    }
}
