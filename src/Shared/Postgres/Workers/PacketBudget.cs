using Dapper;
using Npgsql;
using TaskMesh.Core.Ports;

namespace TaskMesh.Postgres.Workers;

/// <summary>Leases the packets of one attempt through the function that the database grants to workers.</summary>
public sealed class PacketBudget(NpgsqlDataSource database, Lease attempt) : IPacketBudget
{
    private const string Nowhere = "{}";

    public Task<PacketGrant> AskAsync(PacketDemand demand, CancellationToken cancellation) =>
        AskAsync(
            $"{{{string.Join(',', demand.Networks.Select(range => $"[{range.First},{range.End})"))}}}", demand.Wanted, demand.Held, cancellation);

    public Task ReleaseAsync(CancellationToken cancellation) => AskAsync(Nowhere, wanted: 0, PacketGrant.None, cancellation);

    private async Task<PacketGrant> AskAsync(string networks, double wanted, PacketGrant held, CancellationToken cancellation)
    {
        const string sql = """
            select per_network, total
              from task_manager.lease_packets(
                   @task, @attempt, @nonce, @networks::int8multirange, @wanted, @heldPerNetwork, @heldTotal, @lease)
            """;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<(double PerNetwork, double Total)>(new CommandDefinition(
            sql,
            new
            {
                task = attempt.Task,
                attempt = attempt.Attempt,
                nonce = attempt.Nonce,
                networks,
                wanted,
                heldPerNetwork = held.PerNetwork,
                heldTotal = held.Total,
                lease = IPacketBudget.LeaseTime,
            },
            cancellationToken: cancellation));
        return new(row.PerNetwork, row.Total);
    }
}
