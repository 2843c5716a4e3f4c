using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class ProbeWindowTests
{
    private const ulong First = 1000;

    private readonly ProbeWindow _window = new(First, capacity: 4096);

    public ProbeWindowTests() => _window.Open(First + 100);

    [Fact]
    public void A_question_is_settled_once()
    {
        Assert.Equal(SettleResult.Settled, _window.Settle(1064, Verdict.Open));
        Assert.Equal(SettleResult.Again, _window.Settle(1064, Verdict.Closed));

        Assert.Equal(1065UL, _window.NextWaiting(1064, 1100));
        Assert.Equal((byte)ProbeEnding.Open, _window.Run(1064, 1065)[0]);
    }

    [Theory]
    [InlineData(0, SettleResult.Late)]
    [InlineData(999, SettleResult.Late)]
    [InlineData(1100, SettleResult.Foreign)]
    [InlineData(ulong.MaxValue, SettleResult.Foreign)]
    public void What_lies_outside_is_not_settled(ulong index, SettleResult result) => Assert.Equal(result, _window.Settle(index, Verdict.Open));

    [Fact]
    public void Answers_after_the_end_come_too_late()
    {
        _window.Retire(1050);

        Assert.Equal(SettleResult.Late, _window.Settle(1049, Verdict.Open));
        Assert.Equal(SettleResult.Settled, _window.Settle(1050, Verdict.Open));
    }

    [Fact]
    public void Nothing_is_taken_away_before_the_receiver_has_looked_up()
    {
        _window.BeginRound();
        _window.Retire(1050);

        Assert.Equal((First, First), _window.Reclaimable(receiverHasEnded: false));

        _window.BeginRound();
        Assert.Equal((First, 1050UL), _window.Reclaimable(receiverHasEnded: false));
    }

    [Fact]
    public void What_retires_later_waits_for_a_round_of_its_own()
    {
        _window.Retire(1050);
        _window.BeginRound();
        _window.Retire(1070);

        var (_, end) = _window.Reclaimable(receiverHasEnded: false);
        Assert.Equal(1050UL, end);
        _window.Reclaim(end);
        Assert.Equal((1050UL, 1050UL), _window.Reclaimable(receiverHasEnded: false));

        _window.BeginRound();
        Assert.Equal((1050UL, 1070UL), _window.Reclaimable(receiverHasEnded: false));
    }

    [Fact]
    public void Room_that_was_taken_away_is_used_again_and_empty()
    {
        const ulong far = First + 4096;
        Assert.Equal(3996, _window.Room);
        _window.Settle(First, Verdict.Open);
        _window.Open(far);
        Assert.Equal(0, _window.Room);

        _window.Retire(First + 10);
        _window.Reclaim(_window.Reclaimable(receiverHasEnded: true).End);
        _window.Open(far + 10);

        Assert.Equal(0, _window.Room);
        Assert.Equal(far, _window.NextWaiting(far, far + 10));
        Assert.Equal(SettleResult.Settled, _window.Settle(far, Verdict.Closed));
    }

    [Fact]
    public void What_is_never_sent_waits_for_nothing()
    {
        _window.Refuse(1000, ProbeEnding.OutOfScope);

        Assert.Equal(1001UL, _window.NextWaiting(1000, 1100));
        Assert.Equal(SettleResult.Again, _window.Settle(1000, Verdict.Open));
    }

    [Fact]
    public void What_is_held_is_not_asked_again_and_ends_once()
    {
        Assert.True(_window.Hold(1000));
        Assert.False(_window.Hold(1000));

        Assert.Equal((1001UL, 1000UL), (_window.NextWaiting(1000, 1100), _window.NextHeld(1000, 1100)));
        Assert.Equal(SettleResult.Concluded, _window.Settle(1000, Verdict.Open));
        Assert.Equal(SettleResult.Again, _window.Settle(1000, Verdict.Open));
        Assert.False(_window.Hold(1000));
        Assert.Equal(1100UL, _window.NextHeld(1000, 1100));
    }
}
