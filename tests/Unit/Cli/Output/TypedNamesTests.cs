using TaskMesh.Cli.Output;

namespace TaskMesh.Unit.Cli.Output;

public class TypedNamesTests
{
    private static readonly Dictionary<string, string> Names = new() { ["mostWaiting"] = "--waiting", ["cron"] = "--cron", ["every"] = "--every" };

    [Theory]
    [InlineData("mostWaiting: -1 is not from 0 to 10", "--waiting: -1 is not from 0 to 10")]
    [InlineData("every, cron, on: one of them says when", "--every, --cron, on: one of them says when")]
    [InlineData("name: cron: is not known", "name: cron: is not known")]
    [InlineData("There is no mostWaiting", "There is no mostWaiting")]
    public void A_problem_names_what_was_typed(string problem, string said) => Assert.Equal(said, TypedNames.In(problem, Names));
}
