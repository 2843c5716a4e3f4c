using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class SendTimelineTests
{
    [Fact]
    public void What_was_sent_by_a_time_is_never_too_much()
    {
        var timeline = new SendTimeline(first: 10, interval: 5);
        timeline.Mark(now: 100, end: 20);
        timeline.Mark(now: 110, end: 30);

        Assert.Equal(10UL, timeline.SentBy(99));
        Assert.Equal(20UL, timeline.SentBy(109));
        Assert.Equal(30UL, timeline.SentBy(110));
        Assert.Equal(30UL, timeline.SentBy(1000));
    }

    [Fact]
    public void Marks_close_together_become_the_later_one()
    {
        var timeline = new SendTimeline(first: 0, interval: 5);
        timeline.Mark(now: 100, end: 1);
        timeline.Mark(now: 104, end: 2);

        Assert.Equal(0UL, timeline.SentBy(103));
        Assert.Equal(2UL, timeline.SentBy(104));
    }

    [Fact]
    public void More_marks_than_there_is_room_for_make_waits_longer_and_lose_nothing()
    {
        var timeline = new SendTimeline(first: 0, interval: 0);
        for (var time = 1; time <= 10_000; time++)
            timeline.Mark(time, (ulong)time);

        Assert.Equal(4095UL, timeline.SentBy(9_999));
        Assert.Equal(10_000UL, timeline.SentBy(10_000));
    }
}
