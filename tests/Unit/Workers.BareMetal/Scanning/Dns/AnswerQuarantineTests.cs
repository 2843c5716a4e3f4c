using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.Scanning.Dns;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Dns;

public class AnswerQuarantineTests
{
    private const int Honest = 0;
    private const int Liar = 1;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ManualClock _clock = new();
    private readonly ResolverPool _pool;
    private readonly List<string> _told = [];
    private readonly List<ulong> _askedAgain = [];
    private readonly AnswerQuarantine _quarantine;
    private Action _look = () => { };
    private Func<DnsReply, DnsReply?> _askAgain = reply => reply with { Resolver = Honest };
    private int _looks;

    public AnswerQuarantineTests()
    {
        _pool = new([Address.Parse("192.0.2.53"), Address.Parse("192.0.2.54")], int.MaxValue, _clock);
        _quarantine = new(
            _pool, _clock, Interval,
            _ =>
            {
                _looks++;
                _look();
                return Task.CompletedTask;
            },
            (reply, _) =>
            {
                lock (_askedAgain)
                    _askedAgain.Add(reply.Index);
                return Task.FromResult(_askAgain(reply));
            },
            new Sink(_told));
    }

    [Fact]
    public async Task Answers_and_checkpoints_wait_for_the_next_look_and_keep_their_order()
    {
        await FoundAsync(0, 1);
        await CheckpointAsync(2);
        await CheckpointAsync(3);
        await FoundAsync(4);
        Assert.Empty(_told);

        _clock.Advance(Interval);
        await CheckpointAsync(5);

        Assert.Equal(["0 1 by 0", "checkpoint 3", "4 by 0", "checkpoint 5"], _told);
        Assert.Equal((1, 0), (_looks, _askedAgain.Count));
    }

    [Fact]
    public async Task What_a_resolver_said_since_the_last_look_is_asked_of_others_once_it_lies()
    {
        await FoundAsync(0);
        await FoundFromAsync(Liar, 1, 2);
        await CheckpointAsync(3);
        _look = Lie;

        await _quarantine.EndAsync(CancellationToken.None);

        Assert.Equal(["0 1 2 by 0", "checkpoint 3"], _told);
        Assert.Equal([1UL, 2UL], _askedAgain.Order());
    }

    [Fact]
    public async Task What_it_said_before_and_comes_only_later_is_asked_again_too()
    {
        Lie();

        await FoundFromAsync(Liar, 7);
        await _quarantine.EndAsync(CancellationToken.None);

        Assert.Equal([7UL], _askedAgain);
    }

    [Fact]
    public async Task What_it_said_before_a_good_look_stands()
    {
        await FoundFromAsync(Liar, 1);
        _clock.Advance(Interval);
        await CheckpointAsync(2);
        _look = Lie;
        await FoundFromAsync(Liar, 3);

        await _quarantine.EndAsync(CancellationToken.None);

        Assert.Equal(["1 by 1", "checkpoint 2", "3 by 0"], _told);
    }

    [Fact]
    public async Task Where_nobody_is_left_nothing_more_is_told_nor_taken_for_done()
    {
        await FoundFromAsync(Liar, 1);
        await CheckpointAsync(2);
        (_look, _askAgain) = (Lie, _ => null);

        await _quarantine.EndAsync(CancellationToken.None);
        await FoundAsync(3);
        await CheckpointAsync(4);
        await _quarantine.EndAsync(CancellationToken.None);

        Assert.Empty(_told);
    }

    [Fact]
    public async Task More_answers_than_memory_is_for_do_not_wait()
    {
        await FoundAsync([.. Enumerable.Range(0, AnswerQuarantine.MostHeld - 1).Select(index => (ulong)index)]);
        Assert.Equal(0, _looks);

        await FoundAsync(AnswerQuarantine.MostHeld);

        Assert.Equal(1, _looks);
        Assert.NotEmpty(_told);
    }

    private void Lie() => _pool.All[Liar].Health = ResolverHealth.Lying("a test");

    private Task FoundAsync(params ulong[] indexes) => FoundFromAsync(Honest, indexes);

    private Task FoundFromAsync(int resolver, params ulong[] indexes) => _quarantine.FoundAsync(
        [.. indexes.Select(index => new DnsReply(index, DnsOutcome.NoName, resolver, null))], CancellationToken.None);

    private Task CheckpointAsync(ulong index) => _quarantine.CheckpointAsync(new(index, 0, 0, 0, 0, 0, 0, 0), CancellationToken.None);

    private sealed class Sink(List<string> told) : IScanSink<DnsReply>
    {
        public Task FoundAsync(IReadOnlyList<DnsReply> findings, CancellationToken cancellation)
        {
            var resolvers = findings.Select(each => each.Resolver).Distinct();
            told.Add($"{string.Join(' ', findings.Select(each => each.Index))} by {string.Join(',', resolvers)}");
            return Task.CompletedTask;
        }

        public Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation)
        {
            told.Add($"checkpoint {checkpoint.Index}");
            return Task.CompletedTask;
        }
    }
}
