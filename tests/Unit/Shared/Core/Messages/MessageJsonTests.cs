using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using TaskMesh.Core.Messages;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Core.Messages;

public partial class MessageJsonTests
{
    private static readonly Type[] Unions = [typeof(ManagerMessage), typeof(TaskOutcome), typeof(ControlAction), typeof(CollectionNode)];

    public static TheoryData<string> Samples => [.. Sample().Matches(Document).Select(sample => sample.Groups["json"].Value)];

    private static string Document => File.ReadAllText(Repository.PathOf("docs/messages.md"));

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_documented_sample_reads_and_writes_back_the_same(string sample)
    {
        if (RunTaskReader.Read(sample) is { } run)
        {
            Assert.Equal(sample, JsonSerializer.Serialize(run, MessageJson.Default.RunTask));
            return;
        }
        var message = MessageReader.Read(Encoding.UTF8.GetBytes(sample), Guid.Empty, out var reason);

        Assert.Null(reason);
        Assert.Equal(sample, JsonSerializer.Serialize(message!, MessageJson.Default.ManagerMessage));
    }

    [Fact]
    public void Every_message_outcome_action_and_node_is_documented() => Assert.DoesNotContain(
        Unions.SelectMany(union => union.GetCustomAttributes(inherit: false).OfType<JsonDerivedTypeAttribute>()),
        sample => !Document.Contains($"\"type\":\"{sample.TypeDiscriminator}\"", StringComparison.Ordinal));

    [GeneratedRegex("```json\n(?<json>.*)\n```")]
    private static partial Regex Sample();
}
