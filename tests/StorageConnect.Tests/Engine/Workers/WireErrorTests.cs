using System.Text;
using StorageConnect.Engine.Workers;
using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>Errors of plug-ins that don't keep to the protocol in every detail.</summary>
public sealed class WireErrorTests
{
    [Theory]
    [InlineData("""{"kind": "StorageElementBusy", "element": {"Uuid": "0a1b", "Name": "db01"}, "obstacles": "host1", "retryable": true}""",
        "db01", "host1", true)]
    [InlineData("""{"kind": "StorageElementBusy", "element": 7, "obstacles": ["host1", {"name": "host2"}, null]}""", "7", "host1 host2", false)]
    [InlineData("""{"kind": "StorageElementBusy", "id": ["a"], "action": true, "element": [1], "obstacles": {"a": 1}, "retryable": "yes"}""", null, "", false)]
    [InlineData("""{"kind": "StorageElementBusy", "element": null, "obstacles": null, "retryable": null}""", null, "", false)]
    public void A_detail_of_another_type_does_not_hide_what_the_plug_in_said(string data, string? element, string obstacles, bool retryable)
    {
        var error = Assert.IsType<StorageElementBusyException>(Read($$"""{"code": -32000, "message": "It is busy.", "data": {{data}}}"""));

        Assert.Equal(("It is busy.", element, retryable), (error.Message, error.Element, error.Retryable));
        Assert.Equal(obstacles, string.Join(' ', error.Obstacles));
    }

    [Theory]
    [InlineData("""{"code": "E7", "message": "It is broken."}""", "failed: It is broken.")]
    [InlineData("""{"code": -32603, "message": "It is broken.", "data": "text"}""", "failed: It is broken.")]
    [InlineData("""{"code": -32603, "message": "It is broken.", "data": {"kind": true, "exception": "KeyError"}}""", "threw KeyError: It is broken.")]
    [InlineData("""{"code": -32603}""", "returned an error without a message")]
    [InlineData("7", "returned an error without a message")]
    public void What_is_no_error_of_the_contract_is_a_fault_with_its_message(string json, string text) => Assert.Equal(text, Read(json).Message);

    [Theory]
    [InlineData("""{"id": 1, "result": "ok", "error": null}""", false)]
    [InlineData("""{"id": 1, "error": null, "result": null}""", false)]
    [InlineData("""{"id": 1, "error": null}""", true)]
    [InlineData("""{"id": 1, "result": null, "error": {}}""", true)]
    public void No_error_beside_a_result_is_no_error(string json, bool isError) =>
        Assert.Equal(isError, Message.Parse(Encoding.UTF8.GetBytes(json)).IsError);

    private static Exception Read(string json) => WireErrors.Read(Encoding.UTF8.GetBytes(json), static text => new InvalidOperationException(text));
}
