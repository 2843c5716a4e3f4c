using Dapper;
using Npgsql;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;

namespace TaskMesh.Postgres.Workers;

/// <summary>Claims and renews attempts through the functions that the database grants to workers.</summary>
public sealed class TaskLeases(NpgsqlDataSource database, string worker) : ITaskLeases
{
    public Task<IReadOnlyList<ClaimAnswer>> ClaimAsync(IReadOnlyList<RunTask> tasks, CancellationToken cancellation) =>
        Database.ForTaskAsync(() => ClaimedAsync(tasks, alone: false, cancellation));

    public async Task<ClaimAnswer> ClaimAloneAsync(RunTask task, CancellationToken cancellation) =>
        (await Database.ForTaskAsync(() => ClaimedAsync([task], alone: true, cancellation)))[0];

    private async Task<IReadOnlyList<ClaimAnswer>> ClaimedAsync(IReadOnlyList<RunTask> tasks, bool alone, CancellationToken cancellation)
    {
        if (tasks.Count == 0)
            return [];
        const string sql = """
            select task_id, attempt, nonce, checkpoint, time_left
              from task_manager.claim(@ids, @attempts, @nonces, @worker, @lease, @alone)
            """;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(Guid Task, int Attempt, Guid Nonce, string? Checkpoint, TimeSpan Left)>(new CommandDefinition(
            sql,
            new
            {
                ids = tasks.Select(task => task.Id).ToArray(),
                attempts = tasks.Select(task => task.Attempt).ToArray(),
                nonces = tasks.Select(task => task.Nonce).ToArray(),
                worker,
                lease = LeaseKeeper.LeaseTime,
                alone,
            },
            cancellationToken: cancellation));
        var claimed = rows.ToDictionary(
            row => row.Task,
            ClaimAnswer (row) => new ClaimAnswer.Claimed(
                new Lease(row.Task, row.Attempt, row.Nonce), row.Checkpoint is null ? null : Json.ReadElement(row.Checkpoint), row.Left));
        var busy = claimed.Count < tasks.Count ? await BusyAsync(
            connection, tasks.Where(task => !claimed.ContainsKey(task.Id)).ToArray(), alone, cancellation) : [];

        // A batch may hold the same task twice: the first one runs it, the second finds it busy.
        return [.. tasks.Select(task => claimed.Remove(task.Id, out var claim) ? claim
            : busy.GetValueOrDefault(task.Id) ?? ClaimAnswer.Superseded.Instance)];
    }

    public async Task<IReadOnlySet<Guid>> RenewAsync(IReadOnlyList<Lease> leases, CancellationToken cancellation)
    {
        const string sql = "select task_manager.renew(@ids, @attempts, @lease)";
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var alive = await connection.QueryAsync<Guid>(new CommandDefinition(
            sql,
            new
            {
                ids = leases.Select(lease => lease.Task).ToArray(),
                attempts = leases.Select(lease => lease.Attempt).ToArray(),
                lease = LeaseKeeper.LeaseTime,
            },
            cancellationToken: cancellation));
        return alive.ToHashSet();
    }

    public async Task<IReadOnlyDictionary<Guid, StopCause>> StopsAsync(IReadOnlyList<Lease> leases, CancellationToken cancellation)
    {
        const string sql = "select task_id, cause from task_manager.stops(@ids, @attempts)";
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(Guid Task, string Cause)>(new CommandDefinition(
            sql,
            new { ids = leases.Select(lease => lease.Task).ToArray(), attempts = leases.Select(lease => lease.Attempt).ToArray() },
            cancellationToken: cancellation));
        return rows.ToDictionary(row => row.Task, row => row.Cause switch
        {
            "kill-switch" => StopCause.KillSwitch,
            "scan-window" => StopCause.ScanWindow,
            "straggler" => StopCause.Straggler,
            _ => StopCause.Lost,
        });
    }

    private static async Task<Dictionary<Guid, ClaimAnswer>> BusyAsync(
        NpgsqlConnection connection, RunTask[] tasks, bool alone, CancellationToken cancellation)
    {
        const string sql = "select task_id, lease_left, alone from task_manager.busy(@ids, @attempts, @lease, @alone)";
        var rows = await connection.QueryAsync<(Guid Task, TimeSpan Left, bool Alone)>(new CommandDefinition(
            sql,
            new
            {
                ids = tasks.Select(task => task.Id).ToArray(),
                attempts = tasks.Select(task => task.Attempt).ToArray(),
                lease = LeaseKeeper.LeaseTime,
                alone,
            },
            cancellationToken: cancellation));
        return rows.DistinctBy(row => row.Task).ToDictionary(
            row => row.Task, ClaimAnswer (row) => row.Alone ? ClaimAnswer.Alone.Instance : new ClaimAnswer.Busy(row.Left));
    }
}
