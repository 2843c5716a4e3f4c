using System.Text.Json;
using TaskMesh.Core.Scheduling;

namespace TaskMesh.Unit.Shared.Core.Scheduling;

public class ChangeTemplateTests
{
    private static readonly JsonElement Change = JsonElement.Parse("""{"model":"domain","key":{"name":"a.example"}}""");

    [Fact]
    public void Values_of_the_change_stand_where_they_are_asked_for()
    {
        var template = JsonElement.Parse("""{"input":{"names":[{"$change":"/key/name"},"b"],"of":{"$from":"other"}},"n":1}""");

        var (filled, problem) = ChangeTemplate.Fill(template, Change);

        Assert.Null(problem);
        Assert.Equal("""{"input":{"names":["a.example","b"],"of":{"$from":"other"}},"n":1}""", filled!.Value.GetRawText());
    }

    [Fact]
    public void A_pointer_to_nothing_is_told()
    {
        var (filled, problem) = ChangeTemplate.Fill(JsonElement.Parse("""{"a":{"$change":"/key/port"}}"""), Change);

        Assert.Null(filled);
        Assert.Equal("$change: the change has nothing at '/key/port'", problem);
    }
}
