using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Filtering;

namespace TaskMesh.Unit.Shared.Core.Filtering;

public class FilterReaderTests
{
    [Theory]
    [InlineData("5", "filter: is either {\"field\", \"operator\", \"value\"} or one of {\"and\": […]}, {\"or\": […]}, {\"not\": …}")]
    [InlineData("""{"field":"a","operator":"equals","value":1,"sql":"x"}""",
        "filter: is either {\"field\", \"operator\", \"value\"} or one of {\"and\": […]}, {\"or\": […]}, {\"not\": …}")]
    [InlineData("""{"and":5}""", "filter.and: is a list of filters")]
    [InlineData("""{"or":[{"not":{"field":"","operator":"exists"}}]}""", "filter.or[0].not.field: names a field")]
    [InlineData("""{"field":"a","operator":"like","value":"%"}""",
        "filter.operator: 'like' is none of equals, less, at-most, greater, at-least, in, contains, starts-with, ends-with, within, exists")]
    [InlineData("""{"field":"a","operator":"equals"}""", "filter.value: is missing")]
    [InlineData("""{"field":"a","operator":"exists","value":true}""",
        "filter.value: 'exists' takes no value; put it into \"not\" to say the opposite")]
    [InlineData("""{"field":"a","operator":"equals","value":null}""", "filter.value: is a text, a number, true or false")]
    [InlineData("""{"field":"a","operator":"equals","value":1e99}""",
        "filter.value: '1e99' has more digits than a number in a filter may have (28)")]
    [InlineData("""{"field":"a","operator":"in","value":[1,{}]}""", "filter.value[1]: is a text, a number, true or false")]
    [InlineData("""{"field":"a","operator":"contains","value":1}""", "filter.value: 'contains' takes a text")]
    [InlineData("""{"field":"a","operator":"within","value":"10.0.0.0/99"}""", "filter.value: '10.0.0.0/99' needs a prefix length from 0 to 32")]
    [InlineData("""{"field":"a","operator":"equals","value":"\u0000"}""", "filter.value: holds U+0000, which no stored text has")]
    [InlineData("""{"field":"a","operator":"equals","value":"\ud800"}""", "filter.value: holds half of a surrogate pair, which is no character")]
    public void What_is_wrong_is_told_with_its_place(string json, string problem) =>
        Assert.Equal((null, problem), FilterReader.Read(JsonElement.Parse(json)));

    [Fact]
    public void Depth_and_number_of_conditions_are_bounded()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"not":""", 40)) + """{"field":"a","operator":"exists"}""" + new string('}', 40);
        var wide = $$"""{"and":[{{string.Join(',', Enumerable.Repeat("""{"field":"a","operator":"exists"}""", 1_001))}}]}""";

        Assert.EndsWith(": is deeper than 32 levels", FilterReader.Read(JsonElement.Parse(deep)).Problem, StringComparison.Ordinal);
        Assert.Equal(
            "filter.and[1000]: is one condition more than the 1000 that a filter may have", FilterReader.Read(JsonElement.Parse(wide)).Problem);
    }

    [Fact]
    public void Any_json_is_read_or_refused_with_a_reason() => Prop.ForAll(FilterKit.AnyJson, text =>
    {
        var (filter, problem) = FilterReader.Read(JsonElement.Parse(text));
        return (filter is null) != (problem is null);
    }).QuickCheckThrowOnFailure();
}
