using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Results;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 5: what arrays return can't reach a terminal, a question or a file as anything but plain text within bounds.</summary>
[Breaks(5, By.Plugin)]
public sealed class UntrustedResultTests : ArrayTests
{
    private const string Bad = "x\u001b[2J\u001b]0;title\u0007\r\n\b\b\u009b31m\u202Etxt\uD800";

    /// <summary>Lone controls, separators, overrides of the direction, halves of characters.</summary>
    public static TheoryData<string> BadTexts =>
        ["\u0000", "\u001b[31m", "a\rb", "\u0085", "\u2028", "\u202e", "\u2066", "\u200f", "\uD800", "\uDC00\uD800", "a\u007f"];

    [Theory]
    [MemberData(nameof(BadTexts))]
    public void What_can_not_be_shown_is_replaced_and_the_rest_stays(string bad)
    {
        foreach (var clean in new[] { UntrustedText.CleanText($"über 😀 {bad} end"), UntrustedText.CleanLine($"über 😀 {bad} end") })
        {
            Assert.StartsWith("über 😀 ", clean, StringComparison.Ordinal);
            Assert.EndsWith(" end", clean, StringComparison.Ordinal);
            Assert.Contains('\uFFFD', clean);
            AssertShowable(clean);
        }
    }

    [Fact]
    public void A_text_may_have_lines_and_a_name_may_not()
    {
        Assert.Equal("a\r\n\tb\n", UntrustedText.CleanText("a\r\n\tb\n"));
        Assert.Equal("a\uFFFD\uFFFD\uFFFDb", UntrustedText.CleanLine("a\r\n\tb"));
    }

    [Fact]
    public void What_can_be_shown_is_returned_as_it_is()
    {
        var text = new string('ü', UntrustedText.LongestName);
        Assert.Same(text, UntrustedText.CleanLine(text));
        Assert.Same(text, UntrustedText.CleanText(text));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("😀")]
    [InlineData("\u001b")]
    public void Long_texts_are_cut_between_characters(string unit)
    {
        var huge = string.Concat(Enumerable.Repeat(unit, 5_000_000 / unit.Length));
        Assert.InRange(UntrustedText.CleanText(huge).Length, UntrustedText.LongestText - 1, UntrustedText.LongestText);
        Assert.InRange(UntrustedText.CleanLine(huge).Length, UntrustedText.LongestName - 1, UntrustedText.LongestName);
        AssertShowable(UntrustedText.CleanLine(huge));
    }

    [Fact]
    public async Task An_element_is_shown_without_them()
    {
        var odd = On.Lun with
        {
            Name = "db" + Bad,
            Status = Bad,
            ExtraInfo = Bad,
            Qos = Bad,
            VolumeGroupName = Bad,
            AccessGroupNames = [Bad],
            DevicePaths = [Bad],
            SourceNames = [Bad],
            UsedBytes = -5,
            UniqueBytes = -1
        };
        Behind.Return<IEnumerable<StorageElement>>("list", [odd]);
        Behind.Return<StorageElement>("getInfo", odd);

        foreach (var element in new[] { Assert.Single(await ListAsync()), await Door.GetInfoAsync(On.Lun, Cancellation) })
        {
            AssertShowable(element.Name, element.Status!, element.ExtraInfo!, element.Qos!, element.VolumeGroupName!, element.AccessGroupNames[0],
                element.DevicePaths[0], element.SourceNames[0]);
            Assert.StartsWith("db", element.Name, StringComparison.Ordinal);
            Assert.Equal(On.Lun.Uuid, element.Uuid);
            Assert.Null(element.UsedBytes);
            Assert.Null(element.UniqueBytes);
        }
    }

    [Fact]
    public async Task Servers_status_and_qualities_are_shown_without_them()
    {
        Behind.Lie<StorageServer>("getInfo", server => server with { Status = Bad, Description = Bad, VolumeGroups = [Bad], TotalBytes = -1 });
        Behind.Return<string>("getStatus", Bad + new string('x', 5_000_000));
        Behind.Return<IReadOnlyList<QosValue>>("getQoSList", [new() { Value = "gold", Name = Bad, Description = Bad }]);

        var server = await Door.GetInfoAsync(Cancellation);
        AssertShowable(server.Status!, server.Description!, server.VolumeGroups[0]);
        Assert.Null(server.TotalBytes);
        AssertShowable(await Door.GetStatusAsync(null, Cancellation));
        var qos = Assert.Single(await Door.GetQosListAsync(Cancellation));
        AssertShowable(qos.Name, qos.Description);
    }

    [Fact]
    public async Task An_error_of_a_plug_in_keeps_its_kind_and_loses_them()
    {
        var thrown = new StorageElementBusyException("in use " +
            Bad)
        { ErrorId = "Special", Element = "db" + Bad, Recommendation = "wait " + Bad, Retryable = true, Obstacles = [Bad] };
        Behind.Throw("offline", () => thrown);

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => Door.OfflineAsync(On.Lun, Cancellation));

        AssertShowable(error.Message, error.Element!, error.Recommendation!, error.Obstacles[0]);
        Assert.StartsWith("in use x", error.Message, StringComparison.Ordinal);
        Assert.Equal(("Special", true, "offline"), (error.ErrorId, error.Retryable, error.Method));
        Assert.Same(thrown, error.InnerException);
        Behind.Throw("offline", () => new FormatException(Bad + new string('x', 5_000_000)));
        AssertShowable((await Assert.ThrowsAsync<PluginFaultException>(() => Door.OfflineAsync(On.Lun, Cancellation))).Message);
    }

    [Theory]
    [InlineData("a state that is none")]
    [InlineData("a type that is none")]
    [InlineData("a size below 0")]
    [InlineData("a uuid with an escape sequence")]
    [InlineData("an identity that is a path")]
    [InlineData("an identity with half a character")]
    [InlineData("a source that is no uuid")]
    [InlineData("a place that is nothing")]
    [InlineData("a handle without end")]
    public async Task What_callers_build_on_is_refused(string what)
    {
        StorageElement Spoil(StorageElement element) => what switch
        {
            "a state that is none" => element with { State = (StorageElementState)7 },
            "a type that is none" => element with { Type = (StorageElementType)(-1) },
            "a size below 0" => element with { SizeBytes = -1 },
            "a uuid with an escape sequence" => element with { Uuid = element.Uuid + "\u001b[1m" },
            "an identity that is a path" => element with { Page83Id = "../../etc" },
            "an identity with half a character" => element with { Page83Id = "x\uD800" },
            "a source that is no uuid" => element with { SourceUuids = ["\u202e"] },
            "a place that is nothing" => element with { LunAddresses = [null!] },
            _ => element with { AsyncProgress = 1, AsyncHandle = new string('x', 5_000_000) },
        };
        Behind.Return<IEnumerable<StorageElement>>("list", [Spoil(On.Lun)]);
        Behind.Lie<StorageElement>("getInfo", Spoil);

        AssertShowable((await Assert.ThrowsAsync<PluginFaultException>(ListAsync)).Message);
        AssertShowable((await Assert.ThrowsAsync<PluginFaultException>(() => Door.GetInfoAsync(On.Lun, Cancellation))).Message);
    }

    [Fact]
    public async Task Names_that_are_passed_back_are_refused()
    {
        Behind.Return<IReadOnlyList<AccessGroup>>("getAccessGroups", [new() { Name = Bad }]);
        AssertShowable((await Assert.ThrowsAsync<PluginFaultException>(() => Door.GetAccessGroupsAsync(null, Cancellation))).Message);
        Behind.Return<IReadOnlyList<string>>("getStorageNames", [Bad]);
        AssertShowable((await Assert.ThrowsAsync<PluginFaultException>(() => Door.GetStorageNamesAsync(Cancellation))).Message);
        Behind.Return<IReadOnlyList<QosValue>>("getQoSList", [new() { Value = Bad }]);
        AssertShowable((await Assert.ThrowsAsync<PluginFaultException>(() => Door.GetQosListAsync(Cancellation))).Message);
    }

    [Fact]
    public async Task Pages_that_overlap_bring_an_element_once()
    {
        Behind.Return<IEnumerable<StorageElement>>("list", [On.Lun, On.Clone, On.Lun]);
        Assert.Equal([On.Lun.Uuid, On.Clone.Uuid], (await ListAsync()).Select(element => element.Uuid));
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("no hex digits")]
    public async Task Two_elements_with_one_uuid_are_the_plug_ins_fault(string uuid)
    {
        Behind.Return<IEnumerable<StorageElement>>("list", [On.Lun with { Name = "a", Uuid = uuid }, On.Lun with { Name = "b", Uuid = uuid }]);
        var error = await Assert.ThrowsAsync<PluginFaultException>(ListAsync);
        Assert.Contains("two elements with the uuid", error.Message, StringComparison.Ordinal);
        Assert.Contains("'b'", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PluginFaultException>(() => Door.GetLineageAsync(null, Cancellation));
    }

    [Fact]
    public async Task A_snapshot_with_the_uuid_of_a_LUN_is_the_plug_ins_fault()
    {
        Behind.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", snapshots => [.. snapshots.Select(snapshot => snapshot with { Uuid = On.Lun.Uuid })]);
        await Assert.ThrowsAsync<PluginFaultException>(() => Door.GetLineageAsync(null, Cancellation));
    }

    [Fact]
    [Breaks(14, By.Plugin)]
    public async Task A_resize_that_answers_another_size_than_the_elements_is_the_plug_ins_fault()
    {
        Behind.Lie<StorageElement>("resize", element => element with { SizeBytes = element.SizeBytes + 512 });
        var error = await Assert.ThrowsAsync<PluginFaultException>(() => Door.ResizeAsync(On.Lun, On.Lun.SizeBytes * 2, false, Cancellation));
        Assert.Equal("resize", error.Method);
    }

    [Fact]
    public async Task A_resize_that_was_done_is_done_though_the_size_can_not_be_read_back()
    {
        Behind.Before("getInfo", (_, _) =>
            Behind.CalledMethods.Contains("resize") ? throw new ArrayUnreachableException("The line is dead.") : Task.CompletedTask);

        Assert.Equal(2048, (await Door.ResizeAsync(On.Lun, 2048, false, Cancellation)).SizeBytes);
    }

    [Fact]
    public async Task A_resize_that_another_process_overtook_is_no_fault()
    {
        Behind.Before("getInfo", (_, _) =>
        {
            if (Behind.CalledMethods.Contains("resize"))
            {
                Behind.Contents.Resize(On.Lun, 8192);
            }

            return Task.CompletedTask;
        });

        Assert.Equal(2048, (await Door.ResizeAsync(On.Lun, 2048, false, Cancellation)).SizeBytes);
    }

    private async Task<List<StorageElement>> ListAsync() => await Door.ListAsync(new(), Cancellation).ToListAsync(Cancellation);

    private static void AssertShowable(params string[] texts) => Assert.All(texts, text =>
    {
        Assert.InRange(text.Length, 0, 2 * UntrustedText.LongestText);
        Assert.DoesNotContain(text.EnumerateRunes(),
            rune => rune.Value is < 32 and not (9 or 10 or 13) or (>= 0x7f and <= 0x9f) or 0x202e or 0x2066 or 0x200f or 0x2028);
        Assert.Equal(text, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)));
    });
}
