using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Unit.Shared.Core.Workflow;

public class RetryPolicyTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(9, 512)]
    [InlineData(10, 600)]
    [InlineData(int.MaxValue, 600)]
    public void The_longest_delay_doubles_with_each_failure_up_to_its_limit(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryPolicy.Default.Delay(failures, fraction: 1));

    [Fact]
    public void The_delay_lies_anywhere_below_that() => Prop.ForAll(
        Gen.Choose(1, 100).ToArbitrary(),
        Gen.Choose(0, 1000).ToArbitrary(),
        (failures, thousandths) =>
        {
            var longest = RetryPolicy.Default.Delay(failures, 1);
            return RetryPolicy.Default.Delay(failures, thousandths / 1000.0) == longest * (thousandths / 1000.0);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Never_is_one_failure() => Assert.Equal((1, TimeSpan.Zero), (RetryPolicy.Never.MaxFailures, RetryPolicy.Never.Delay(1, 1)));
}
