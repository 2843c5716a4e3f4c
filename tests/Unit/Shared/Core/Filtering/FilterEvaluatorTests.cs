using System.Text.Json;
using TaskMesh.Core.Filtering;

namespace TaskMesh.Unit.Shared.Core.Filtering;

public class FilterEvaluatorTests
{
    private const string Row =
        """{"address":"192.0.2.7","port":443,"name":"www.example.com","open":true,"none":null,"deep":{"a/b":[1,{"c":"x"}]},"half":"\ud800"}""";

    [Theory]
    [InlineData("""{"field":"port","operator":"equals","value":443}""", true)]
    [InlineData("""{"field":"port","operator":"equals","value":443.0}""", true)]
    [InlineData("""{"field":"port","operator":"equals","value":"443"}""", false)]
    [InlineData("""{"field":"port","operator":"at-most","value":443}""", true)]
    [InlineData("""{"field":"port","operator":"less","value":443}""", false)]
    [InlineData("""{"field":"port","operator":"in","value":[22,443]}""", true)]
    [InlineData("""{"field":"port","operator":"in","value":[]}""", false)]
    [InlineData("""{"field":"name","operator":"ends-with","value":".example.com"}""", true)]
    [InlineData("""{"field":"name","operator":"starts-with","value":"WWW"}""", false)]
    [InlineData("""{"field":"name","operator":"contains","value":"%"}""", false)]
    [InlineData("""{"field":"name","operator":"greater","value":"wvz"}""", true)]
    [InlineData("""{"field":"open","operator":"equals","value":true}""", true)]
    [InlineData("""{"field":"address","operator":"within","value":"192.0.2.0/24"}""", true)]
    [InlineData("""{"field":"address","operator":"within","value":"192.0.2.8-192.0.2.9"}""", false)]
    [InlineData("""{"field":"name","operator":"within","value":"0.0.0.0/0"}""", false)]
    [InlineData("""{"field":"none","operator":"exists"}""", false)]
    [InlineData("""{"not":{"field":"missing","operator":"equals","value":1}}""", true)]
    [InlineData("""{"field":"/deep/a~1b/1/c","operator":"equals","value":"x"}""", true)]
    [InlineData("""{"field":"/deep/a~1b/9/c","operator":"exists"}""", false)]
    [InlineData("""{"field":"half","operator":"contains","value":""}""", false)]
    [InlineData("""{"and":[]}""", true)]
    [InlineData("""{"or":[]}""", false)]
    [InlineData("""{"or":[{"field":"port","operator":"equals","value":1},{"not":{"field":"port","operator":"equals","value":1}}]}""", true)]
    public void A_condition_holds_or_not(string filter, bool holds)
    {
        var (read, problem) = FilterReader.Read(JsonElement.Parse(filter));

        Assert.Null(problem);
        Assert.Equal(holds, read!.Matches(JsonElement.Parse(Row)));
    }

    /// <summary>U+FF61 comes before U+1F600, though its UTF-16 code unit is the greater one.</summary>
    [Fact]
    public void Texts_are_in_the_order_of_code_points() => Assert.True(
        new Filter.Compare("a", FilterOperator.Greater, new FilterValue.Text("\uff61")).Matches(JsonElement.Parse("""{"a":"😀"}""")));
}
