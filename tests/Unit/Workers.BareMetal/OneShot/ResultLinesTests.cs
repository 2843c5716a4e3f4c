using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Tasks.Scans;
using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.OneShot;

namespace TaskMesh.Unit.Workers.BareMetal.OneShot;

public class ResultLinesTests
{
    public static TheoryData<string, string> Lines => new()
    {
        { "port", "What taskmesh scan syn tells of a port" },
        { "certificate", "What taskmesh scan tls tells of a server" },
        { "dns", "What taskmesh scan dns tells of a name" },
        { "tcp-syn-summary", "The last line of taskmesh scan syn" },
        { "tls-scan-summary", "The last line of taskmesh scan tls" },
        { "dns-scan-summary", "The last line of taskmesh scan dns" },
        { "scan-failure", "The last line of a scan that broke off" },
        { "progress", "How far a scan is: a line on standard error, with --progress json" },
    };

    private static readonly Dictionary<string, JsonTypeInfo> Types = new()
    {
        ["port"] = TcpSynJson.Default.PortRow,
        ["certificate"] = TlsScanJson.Default.TlsRow,
        ["dns"] = DnsScanJson.Default.DnsRow,
        ["tcp-syn-summary"] = TcpSynJson.Default.TcpSynOutput,
        ["tls-scan-summary"] = TlsScanJson.Default.TlsScanOutput,
        ["dns-scan-summary"] = DnsScanJson.Default.DnsScanOutput,
        ["scan-failure"] = OneShotJson.Default.ScanCoverage,
        ["progress"] = OneShotJson.Default.ProgressRow,
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void The_form_of_every_line_is_published(string name, string title)
    {
        var schema = (JsonObject)Types[name].GetJsonSchemaAsNode(new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = AsWritten });
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", title);
        var properties = schema["properties"]!.AsObject();
        properties.Remove("schema");
        properties.Insert(0, "schema", new JsonObject { ["const"] = $"taskmesh.{name}.v1" });
        var required = schema["required"]!.AsArray();
        if (required[0]!.GetValue<string>() != "schema")
            required.Insert(0, "schema");

        Snapshot.MatchDocument($"schemas/{name}.v1.json", $"{schema.ToJsonString(new() { WriteIndented = true })}\n");
    }

    [Theory]
    [InlineData("""{"schema":"taskmesh.port.v1","address":"192.0.2.1","port":80,"state":"Open"}""", "")]
    [InlineData("""{"schema":"taskmesh.port.v2","address":"192.0.2.1","port":80,"state":"Open"}""", "$.schema: ")]
    [InlineData("""{"schema":"taskmesh.port.v1","address":"192.0.2.1","port":"80","state":"Open"}""", "$.port: ")]
    [InlineData("""{"schema":"taskmesh.port.v1","address":"192.0.2.1","port":80,"state":"open"}""", "$.state: ")]
    [InlineData("""{"schema":"taskmesh.port.v1","address":"192.0.2.1","port":80}""", "$: state is missing")]
    [InlineData("""{"schema":"taskmesh.port.v1","address":"192.0.2.1","port":80,"state":"Open","more":1}""", "$.more is in no schema")]
    public void What_is_held_against_a_schema_is_found_out(string line, string fault)
    {
        var schema = JsonElement.Parse(File.ReadAllText(Repository.PathOf("schemas/port.v1.json")));

        Assert.StartsWith(fault, JsonSchemaCheck.Faults(schema, JsonElement.Parse(line)).SingleOrDefault() ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_that_broke_off_says_how_far_it_came()
    {
        using var output = new MemoryStream();
        await using (var lines = new ResultLines(new OneShotTask("dns-scan", default, []), checkpointFile: null, output))
        {
            lines.WriteFailure(new(2, 0, 0, 0, 0, 2, "No resolver can be used.", IsComplete: false, 0, 0, "none")
            {
                Dns = new(new(0, 0, 0, 0, 0, 0), [], [new("example.com", TaskMesh.Core.Recon.DnsType.Aaaa, "x.example.com", ["2001:db8::1"])], 3),
            });
        }

        var line = Assert.Single(OutputLines.Parse(Encoding.UTF8.GetString(output.ToArray())));
        Assert.Equal("AAAA", line.GetProperty("dns").GetProperty("wildcards")[0].GetProperty("type").GetString());
    }

    /// <summary>
    /// What is written, not what would be read: every member is there, but for those that are left out where they are null; more may come.
    /// </summary>
    private static JsonNode AsWritten(JsonSchemaExporterContext context, JsonNode node)
    {
        if (node is not JsonObject schema)
            return node;
        schema.Remove("default");
        if (context.TypeInfo.Kind != JsonTypeInfoKind.Object)
            return node;
        schema.Remove("additionalProperties");
        var leavesNull = context.TypeInfo.Options.DefaultIgnoreCondition == JsonIgnoreCondition.WhenWritingNull;
        var written = context.TypeInfo.Properties.Where(property => !(leavesNull && property.IsGetNullable)).Select(property => property.Name);
        schema["required"] = new JsonArray([.. written.Select(name => (JsonNode)name)]);
        return schema;
    }
}
