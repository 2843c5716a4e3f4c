using FsCheck;
using FsCheck.Fluent;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.Unit.LocalCloud.Wire;

public class QueryParametersTests
{
    [Fact]
    public void Numbered_names_are_lists_in_the_order_of_their_numbers()
    {
        var parameters = From(("Id.10", "c"), ("Id.2", "b"), ("Id.1", "a"), ("Id.x", "no"));

        Assert.Equal(["a", "b", "c"], parameters.Texts("Id"));
        Assert.Null(parameters.Texts("Other"));
    }

    [Fact]
    public void Lists_nest()
    {
        var parameters = From(
            ("Filter.1.Name", "state"), ("Filter.1.Value.1", "running"), ("Filter.1.Value.2", "pending"), ("Filter.2.Name", "tag:x"));

        var filters = parameters.List("Filter").ToList();

        Assert.Equal(["state", "tag:x"], filters.Select(filter => filter["Name"]));
        Assert.Equal(["running", "pending"], filters[0].Texts("Value"));
    }

    [Fact]
    public void Maps_are_lists_of_names_and_values()
    {
        var parameters = From(("Attribute.1.Name", "a"), ("Attribute.1.Value", "1"), ("Attribute.2.Name", "b"), ("Attribute.2.Value", ""));

        var map = parameters.Map("Attribute", "Name", entry => entry["Value"]);

        Assert.Equal([("a", "1"), ("b", "")], map!.Select(entry => (entry.Key, entry.Value)));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1.5")]
    [InlineData("99999999999")]
    public void A_number_that_is_none_is_refused_by_name(string text)
    {
        var error = Assert.Throws<AwsException>(() => From(("MinCount", text)).Number("MinCount"));

        Assert.Equal("InvalidParameterValue", error.Code);
        Assert.Contains("MinCount", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_names_and_values_are_read_and_keep_their_values() => Check.QuickThrowOnFailure(Prop.ForAll<Dictionary<string, string>>(fields =>
    {
        var given = fields.Where(field => field.Value is not null).ToDictionary();

        var parameters = QueryParameters.From([.. given]);

        return given.All(field => parameters[field.Key] == field.Value && parameters.List(field.Key).Count() <= given.Count);
    }));

    private static QueryParameters From(params (string Name, string Value)[] fields) =>
        QueryParameters.From([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
}
