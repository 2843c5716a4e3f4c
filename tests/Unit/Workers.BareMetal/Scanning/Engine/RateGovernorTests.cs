using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class RateGovernorTests
{
    [Theory]
    [InlineData(1, 1000, 100, 0.1)]
    [InlineData(3, 900, 100, 0.1)]
    public void Loss_is_measured_on_what_answers(int retries, long first, long later, double loss) =>
        Assert.Equal(loss, RateGovernor.Loss(new(first, later, 0), retries));

    [Theory]
    [InlineData(0, 10_000)]
    [InlineData(2, 99)]
    public void Without_a_second_question_or_enough_answers_there_is_no_measure(int retries, long answers) =>
        Assert.Null(RateGovernor.Loss(new(answers, 0, 0), retries));

    [Fact]
    public void Loss_slows_a_scan_down_to_a_quarter_and_no_further()
    {
        var governor = new RateGovernor(1000, retries: 2);

        for (var second = 1; second <= 20; second++)
            governor.Observe(new(First: second * 800, Later: second * 200, Lost: 0));

        Assert.Equal((250, 250), (governor.Rate, governor.LowestRate));
    }

    [Fact]
    public void When_loss_ends_the_rate_comes_back_and_no_higher()
    {
        var governor = new RateGovernor(1000, retries: 2);
        governor.Observe(new(800, 200, 0));

        for (var second = 1; second <= 20; second++)
            governor.Observe(new(800 + (second * 1000), 200, 0));

        Assert.Equal((1000, 750), (governor.Rate, governor.LowestRate));
    }

    [Fact]
    public void Answers_that_are_not_read_in_time_slow_down_too()
    {
        var governor = new RateGovernor(1000, retries: 0);

        governor.Observe(new(0, 0, Lost: 1));

        Assert.Equal(750, governor.Rate);
    }
}
