using TaskMesh.Testing.Contracts;

namespace TaskMesh.Integration.RealAws;

/// <summary>Nobody pays for a test run by accident.</summary>
public sealed class OptInTests
{
    [Theory]
    [InlineData("")]
    [InlineData("AWS_REGION AWS_PROFILE")]
    [InlineData("TASKMESH_REAL_AWS AWS_PROFILE")]
    [InlineData("TASKMESH_REAL_AWS AWS_REGION")]
    [InlineData("TASKMESH_REAL_AWS AWS_REGION AWS_PROFILE AWS_ENDPOINT_URL")]
    public void Suites_on_AWS_are_skipped_with_a_reason(string set) => Assert.NotNull(WhyNot(set));

    [Fact]
    public void Suites_on_AWS_run_where_everything_says_so() => Assert.Null(WhyNot("TASKMESH_REAL_AWS AWS_REGION AWS_PROFILE"));

    private static string? WhyNot(string set) => RealAwsSuiteAttribute.WhyNot(name => set.Split(' ').Contains(name) ? "1" : null);
}
