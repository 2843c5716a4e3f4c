using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class RoundTripsTests
{
    private readonly ManualClock _clock = new();
    private readonly RoundTrips _trips;

    public RoundTripsTests() => _trips = new(_clock, floor: TimeSpan.FromSeconds(1), stride: 1);

    [Fact]
    public void While_little_is_known_the_patience_is_the_given_one()
    {
        Answer(count: 15, TimeSpan.FromMilliseconds(5));

        Assert.Equal(TimeSpan.FromSeconds(1), _trips.Patience);
    }

    [Theory]
    [InlineData(5, 250)]
    [InlineData(300, 1000)]
    [InlineData(900, 2800)]
    [InlineData(60_000, 8000)]
    public void Patience_follows_the_slowest_answer_within_bounds(int slowest, int patience)
    {
        Answer(count: 16, TimeSpan.FromMilliseconds(slowest));

        Assert.Equal(TimeSpan.FromMilliseconds(patience), _trips.Patience);
    }

    [Fact]
    public void What_was_asked_twice_does_not_tell_which_question_it_answers()
    {
        _trips.Sent(1, _clock.GetTimestamp(), isFirst: true);
        _trips.Sent(1, _clock.GetTimestamp(), isFirst: false);
        _clock.Advance(TimeSpan.FromSeconds(7));
        _trips.Answered(1);

        Assert.Null(_trips.Slowest);
    }

    private void Answer(int count, TimeSpan after)
    {
        for (ulong index = 0; index < (ulong)count; index++)
        {
            _trips.Sent(index, _clock.GetTimestamp(), isFirst: true);
            _clock.Advance(after);
            _trips.Answered(index);
        }
    }
}
