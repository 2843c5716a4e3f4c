using Npgsql;
using TaskMesh.Core.Scope;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>Keeps the calendar of scan windows, puts tasks aside that may not start, and gives those back whose hold has ended.</summary>
public sealed class HoldSweep(UnitOfWork work, int rounds)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        await work.RunAsync(
            async connection =>
            {
                await KeepCalendarAsync(new HoldStore(connection), cancellation);
                return Decided.Nothing;
            },
            cancellation);
        await RepeatAsync(ReleaseAsync, cancellation);
        await RepeatAsync(
            async connection => (await new HoldStore(connection).ParkAsync(cancellation), Effects.None), cancellation);

        async Task<(int Count, Effects Effects)> ReleaseAsync(NpgsqlConnection connection)
        {
            var pools = await new HoldStore(connection).ReleaseAsync(cancellation);
            var asked = pools.OfType<string>().Distinct().ToDictionary(pool => pool, _ => 0);
            return (pools.Count, await Dispatcher.DispatchAsync(connection, [], asked, cancellation));
        }
    }

    /// <summary>Writes down when windows are closed next, where no row says so.</summary>
    public static async Task KeepCalendarAsync(HoldStore holds, CancellationToken cancellation)
    {
        foreach (var (organisation, windows, now) in await holds.WindowsDueAsync(cancellation))
        {
            if (ScanCalendar.Closed(windows, now) is { } closed)
                await holds.CloseWindowAsync(organisation, closed.Since, closed.Until, cancellation);
        }
    }

    private async Task RepeatAsync(Func<NpgsqlConnection, Task<(int Count, Effects Effects)>> step, CancellationToken cancellation)
    {
        for (var round = 0; round < rounds; round++)
        {
            var moved = 0;
            await work.RunAsync(
                async connection =>
                {
                    (moved, var effects) = await step(connection);
                    return new Decided(effects, []);
                },
                cancellation);
            if (moved < HoldStore.TaskLimit)
                return;
        }
    }
}
