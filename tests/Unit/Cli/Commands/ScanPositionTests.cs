using System.Text.Json.Nodes;
using TaskMesh.Cli.Commands;

namespace TaskMesh.Unit.Cli.Commands;

public class ScanPositionTests
{
    private const string Saved =
        """{"kind":"tcp-syn","input":{"targets":["192.0.2.1"],"ports":"80","seed":18446744073709551615},"checkpoint":{"at":7}}""";

    private static readonly JsonObject Input = JsonNode.Parse("""{"targets":["192.0.2.1"],"ports":"80"}""")!.AsObject();

    [Fact]
    public void The_same_scan_goes_on_with_its_seed_where_it_was()
    {
        var position = Parse(Saved);

        Assert.Equal((ulong.MaxValue, """{"at":7}"""), (position.Seed, position.Checkpoint.ToJsonString()));
    }

    [Theory]
    [InlineData("tcp-syn", "tls-scan")]
    [InlineData("192.0.2.1", "192.0.2.2")]
    [InlineData("\"80\"", "\"81\"")]
    public void Another_scan_does_not(string saved, string instead) => Assert.StartsWith(
        "belongs to another scan",
        Assert.Throws<FormatException>(() => Parse(Saved.Replace(saved, instead, StringComparison.Ordinal))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"kind\":\"tcp-syn\",\"input\":7,\"checkpoint\":{}}")]
    [InlineData("{\"kind\":\"tcp-syn\",\"input\":{\"seed\":\"7\"},\"checkpoint\":{}}")]
    [InlineData("{\"kind\":\"tcp-syn\",\"input\":{\"seed\":7},\"checkpoint\":null}")]
    [InlineData("{\"kind\":\"tcp-syn\",\"kind\":\"tcp-syn\"}")]
    public void What_is_no_position_is_told(string text) =>
        Assert.Equal("is no position of a scan.", Assert.Throws<FormatException>(() => Parse(text)).Message);

    private static ScanPosition Parse(string text) => ScanPosition.Parse(text, "tcp-syn", Input, ["targets", "ports"]);
}
