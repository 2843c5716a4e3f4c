using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Unit.Shared.Postgres.Manager;

public class GeneratorFactsTests
{
    /// <summary>One that failed may have made its children 0 to 9 and 20 to 29 so far: the twenty-first is not there to be taken.</summary>
    [Theory]
    [InlineData(true, 8, 8, 8)]
    [InlineData(true, 8, 11, 11)]
    [InlineData(true, 8, 7, null)]
    [InlineData(true, null, 7, null)]
    [InlineData(false, 8, 8, null)]
    public void Others_add_children_behind_the_generators_own_once_these_exist(bool hasEnded, int? declared, int created, int? next) =>
        Assert.Equal(next, Facts(hasEnded, declared, created).NextOrdinal);

    private static GeneratorFacts Facts(bool hasEnded, int? declared, int created) => new(
        Guid.Empty,
        Guid.Empty,
        TaskState.Running,
        int.MaxValue,
        declared is { } own ? new ChildCount(own, 0) : null,
        new ChildCount(created, 0),
        hasEnded,
        created,
        0);
}
