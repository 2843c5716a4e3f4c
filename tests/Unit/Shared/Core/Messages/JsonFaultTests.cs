using System.Text.Json;
using TaskMesh.Core.Messages;

namespace TaskMesh.Unit.Shared.Core.Messages;

/// <summary>The serializer's words are its own: what it says with the next version shows here.</summary>
public class JsonFaultTests
{
    [Theory]
    [InlineData("""{"kind":"insert-data"}""", "there is no field 'kind' here.")]
    [InlineData("""{"allow":[]}""", "these fields are missing: 'authoriser', 'reference', 'validFrom', 'validUntil'.")]
    public void Fields_are_named_and_our_types_are_not(string json, string sentence) => Assert.StartsWith(
        sentence,
        JsonFault.Sentence(Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, MessageJson.Default.ScanScope))),
        StringComparison.Ordinal);
}
