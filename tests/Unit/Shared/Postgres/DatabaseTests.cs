using Npgsql;
using TaskMesh.Postgres;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Postgres;

public class DatabaseTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly ManualClock _clock = new();
    private int _tries;

    [Fact]
    public async Task What_cannot_be_reached_is_tried_until_it_can()
    {
        var answer = await WaitAsync(() => ++_tries < 8 ? throw new NpgsqlException("away") : Task.FromResult("back"));

        Assert.Equal(("back", 8), (answer, _tries));
    }

    [Fact]
    public async Task It_is_not_tried_for_ever_and_no_less_than_once_a_second()
    {
        await Assert.ThrowsAsync<NpgsqlException>(() => WaitAsync(() => throw new NpgsqlException($"away {++_tries}")));

        Assert.InRange(_clock.Elapsed, Patience, Patience + TimeSpan.FromSeconds(1));
        Assert.True(_tries > Patience.TotalSeconds);
    }

    [Fact]
    public async Task What_is_wrong_by_itself_is_not_tried_again()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => WaitAsync(() => throw new InvalidOperationException($"wrong {++_tries}")));

        Assert.Equal(1, _tries);
    }

    [Theory]
    [InlineData("53100")]
    [InlineData("53200")]
    [InlineData("53300")]
    [InlineData("58030")]
    [InlineData("25006")]
    [InlineData("08006")]
    [InlineData("57P03")]
    public void A_server_in_trouble_is_the_surroundings_fault(string state) => Assert.True(Database.IsTransient(Refusal(state)));

    [Theory]
    [InlineData("23505")]
    [InlineData("42501")]
    [InlineData("57014")]
    public void What_the_statement_asks_for_is_its_own(string state) => Assert.False(Database.IsTransient(Refusal(state)));

    private static PostgresException Refusal(string state) => new("it cannot be done", "ERROR", "ERROR", state);

    private async Task<string> WaitAsync(Func<Task<string>> work)
    {
        var waiting = Database.WaitForAsync(work, Patience, _clock, CancellationToken.None);
        while (true)
        {
            await Eventually.TrueAsync(() => waiting.IsCompleted || _clock.NextTimer is not null);
            if (waiting.IsCompleted)
                return await waiting;
            _clock.Advance(_clock.NextTimer!.Value - _clock.GetUtcNow());
        }
    }
}
