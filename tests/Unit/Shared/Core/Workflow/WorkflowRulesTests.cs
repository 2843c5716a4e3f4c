using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Unit.Shared.Core.Workflow;

public partial class WorkflowRulesTests
{
    private static readonly RetryPolicy ThreeTimes = new(3, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(25));
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 20)]
    public void A_failure_waits_longer_each_time(int failures, int seconds)
    {
        var move = After(new TaskOutcome.Failed(ErrorClass.Retryable, "no"), failures);

        Assert.Equal(new TaskMove(TaskState.Pending, failures + 1, TimeSpan.FromSeconds(seconds), "no"), move);
    }

    [Fact]
    public void The_last_failure_ends_the_task() =>
        Assert.Equal(new TaskMove(TaskState.Failed, 3, Reason: "no"), After(new TaskOutcome.Failed(ErrorClass.Retryable, "no"), failures: 2));

    [Fact]
    public void A_fatal_failure_ends_the_task_at_once() =>
        Assert.Equal(new TaskMove(TaskState.Failed, 1, Reason: "no"), After(new TaskOutcome.Failed(ErrorClass.Fatal, "no"), failures: 0));

    [Fact]
    public void A_failure_of_the_surroundings_counts_against_nobody() => Assert.Equal(
        new TaskMove(TaskState.Pending, 2, WorkflowRules.InfrastructureWait, "down"), After(
            new TaskOutcome.Failed(ErrorClass.Infrastructure, "down"), failures: 2));

    [Fact]
    public void A_run_that_took_too_long_is_tried_again_and_its_last_time_is_a_timeout()
    {
        var tooLong = new TaskOutcome.TimedOut(TimeSpan.FromSeconds(3));

        Assert.Equal(TaskState.Pending, After(tooLong, failures: 0).State);
        Assert.Equal(new TaskMove(TaskState.Timeout, 3, Reason: "ran longer than 3s"), After(tooLong, failures: 2));
    }

    [Fact]
    public void What_the_other_side_says_about_waiting_is_heeded() => Assert.Equal(
        TimeSpan.FromMinutes(7), After(new TaskOutcome.Failed(ErrorClass.Retryable, "later", TimeSpan.FromMinutes(7)), failures: 0).Wait);

    [Fact]
    public void A_yield_keeps_failures_and_hands_the_checkpoint_on()
    {
        var checkpoint = JsonElement.Parse("[1]");

        Assert.Equal(
            new TaskMove(TaskState.Pending, 1, TimeSpan.FromSeconds(30), "yielded", checkpoint),
            After(new TaskOutcome.Yielded(TimeSpan.FromSeconds(30), checkpoint), failures: 1));
    }

    [Fact]
    public void A_wait_beyond_the_deadline_is_a_timeout()
    {
        var move = WorkflowRules.AfterAttempt(new TaskOutcome.Yielded(TimeSpan.FromSeconds(30)), 0, ThreeTimes, TimeSpan.FromSeconds(30), 1);

        Assert.Equal((TaskState.Timeout, "deadline before the next attempt; last: yielded"), (move.State, move.Reason));
    }

    [Theory]
    [InlineData(3, 0, 0, 0, null)]
    [InlineData(4, 0, 0, 0, TaskState.Succeeded)]
    [InlineData(3, 1, 0, 0, TaskState.PartiallyFailed)]
    [InlineData(1, 0, 1, 0, TaskState.Failed)]
    [InlineData(1, 0, 1, 1, TaskState.Timeout)]
    public void A_container_closes_when_all_have_ended_or_one_has_ended_badly(int well, int partly, int failed, int timeout, TaskState? expected) =>
        Assert.Equal(expected, WorkflowRules.Close(
            CompletionPolicy.All.Instance, 4, new Tally { Succeeded = well, PartiallyFailed = partly, Failed = failed, Timeout = timeout }));

    [Theory]
    [InlineData(0, 3, 0, null)]
    [InlineData(1, 3, 0, TaskState.PartiallyFailed)]
    [InlineData(4, 0, 0, TaskState.Succeeded)]
    [InlineData(0, 4, 0, TaskState.Failed)]
    [InlineData(0, 1, 3, TaskState.Failed)]
    [InlineData(1, 0, 3, TaskState.Succeeded)]
    public void Best_effort_waits_for_all_and_fails_when_none_ended_well(int well, int failed, int disabled, TaskState? expected) =>
        Assert.Equal(expected, WorkflowRules.Close(
            new CompletionPolicy.BestEffort(), 4, new Tally { Succeeded = well, Failed = failed, Disabled = disabled }));

    [Theory]
    [InlineData(2, null, 97, 2, null)]
    [InlineData(2, null, 98, 2, TaskState.PartiallyFailed)]
    [InlineData(2, null, 100, 0, TaskState.Succeeded)]
    [InlineData(2, null, 10, 3, TaskState.Failed)]
    [InlineData(null, 5, 96, 4, TaskState.PartiallyFailed)]
    [InlineData(null, 5, 0, 6, TaskState.Failed)]
    [InlineData(null, 100, 0, 100, TaskState.PartiallyFailed)]
    [InlineData(null, 0, 0, 1, TaskState.Failed)]
    public void Tolerated_ends_leave_a_partial_failure_and_one_more_fails_at_once(int? count, int? percent, int well, int bad, TaskState? expected) =>
        Assert.Equal(expected, WorkflowRules.Close(
            new CompletionPolicy.Tolerate(count, percent), 100, new Tally { Succeeded = well, Failed = bad }));

    [Fact]
    public void A_container_whose_number_of_children_is_unknown_closes_only_for_what_no_further_child_can_mend()
    {
        var bad = new Tally { Failed = 3 };

        Assert.Null(WorkflowRules.Close(CompletionPolicy.All.Instance, null, new Tally { Succeeded = 3 }));
        Assert.Null(WorkflowRules.Close(new CompletionPolicy.BestEffort(), null, bad));
        Assert.Null(WorkflowRules.Close(new CompletionPolicy.Tolerate(Percent: 1), null, bad));
        Assert.Equal(TaskState.Failed, WorkflowRules.Close(new CompletionPolicy.Tolerate(Count: 2), null, bad));
    }

    private static TaskMove After(TaskOutcome outcome, int failures) => WorkflowRules.AfterAttempt(outcome, failures, ThreeTimes, Day, fraction: 1);
}
