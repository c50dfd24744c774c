using StorageConnect.Engine.Errors;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 11's exception: identities that belong to the presentation.</summary>
[Breaks(11, By.Plugin)]
public sealed class PresentationIdentityTests : ArrayTests
{
    public PresentationIdentityTests()
        : base(new() { IdentityFromPresentation = true })
    {
    }

    [Fact]
    public async Task Without_a_presentation_there_may_be_no_identity()
    {
        Behind.Lie<IEnumerable<StorageElement>>("list", elements => elements.Select(Without));
        Behind.Lie<StorageElement>("create", Without);
        Behind.Lie<StorageElement>("clone", Without);

        Assert.All(await Door.ListAsync(new(), Cancellation).ToListAsync(Cancellation), element => Assert.Equal("", element.Page83Id));
        Assert.Equal("", (await Door.CreateAsync("new", 1 << 20, null, true, null, Cancellation)).Page83Id);
        Assert.Equal("", (await Door.CloneAsync(On.Lun, "c", null, Cancellation)).Page83Id);
    }

    [Fact]
    public async Task An_identity_without_a_uuid_is_still_refused()
    {
        Behind.Return<IEnumerable<StorageElement>>("list", [On.Lun with { Uuid = "", Page83Id = "" }]);
        await Assert.ThrowsAsync<PluginFaultException>(async () => await Door.ListAsync(new(), Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task An_element_without_an_identity_has_no_device_on_this_host()
    {
        Bed.Host.Devices.Add("");
        Behind.Lie<StorageElement>("getInfo", Without);
        Assert.Empty(Assert.Single(await Door.UpdateStorageElementsAsync([On.Lun], false, Cancellation)).DevicePaths);
    }

    private static StorageElement Without(StorageElement element) => element with { Page83Id = "" };
}
