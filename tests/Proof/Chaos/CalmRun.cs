using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using TaskMesh.Aws;
using TaskMesh.Core.Messages;
using TaskMesh.Proof.Checking;
using TaskMesh.Proof.Kinds;
using TaskMesh.Proof.Simulation;

namespace TaskMesh.Proof.Chaos;

/// <summary>
/// The same processes and queues while nothing goes wrong: what a task's way through LocalCloud takes, alone and as one of a fan-out, by the
/// times of the database's events.
/// </summary>
internal sealed class CalmRun(ChaosMesh mesh, NpgsqlDataSource superuser)
{
    private const int Samples = 200;
    private const int WarmUp = 20;
    private static readonly JsonElement Nothing = JsonElement.Parse("{}");
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly SqsManagerQueue _queue = new(new SqsSender(mesh.Sqs), mesh.ManagerQueue, TimeProvider.System);

    /// <returns>Whether every child is there, as it was made, and has succeeded.</returns>
    public static async Task<bool> RunAsync(int children)
    {
        await using var mesh = await ChaosMesh.StartAsync(ChaosPlan.Calm(children));
        await using var superuser = mesh.Server.AsSuperuser();
        var run = new CalmRun(mesh, superuser);
        await run.OneByOneAsync();
        return await run.FanAsync(children);
    }

    private async Task OneByOneAsync()
    {
        var (begun, ended) = (new List<double>(), new List<double>());
        await using var connection = await superuser.OpenConnectionAsync();
        var server = new SimServer(connection);
        for (var i = 0; i < WarmUp + Samples; i++)
        {
            var task = Guid.CreateVersion7();
            var sent = TimeProvider.System.GetUtcNow();
            await _queue.SendAsync([new CreateTask(Inside.Kind, Nothing) { Id = task }], CancellationToken.None);
            await WaitAsync(() => server.HasEnded(i + 1));
            if (i < WarmUp)
                continue;
            begun.Add((await AtAsync(task, "Running") - sent).TotalMilliseconds);
            ended.Add((await AtAsync(task, "Succeeded") - sent).TotalMilliseconds);
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"one task after the other, ms: submitted to started p50 {Of(begun, 0.5)}, p99 {Of(begun, 0.99)}; "
            + $"to recorded p50 {Of(ended, 0.5)}, p99 {Of(ended, 0.99)}"));
    }

    private async Task<bool> FanAsync(int children)
    {
        var fan = Guid.CreateVersion7();
        var input = JsonSerializer.SerializeToElement(new FanInput(children, children, new StepInput(), [Inside.Kind]), StepJson.Default.FanInput);
        await _queue.SendAsync([new CreateCollection(new ParallelNode([new TaskNode("fan", Fan.Kind, input)])) { Id = fan }], CancellationToken.None);
        await using var connection = await superuser.OpenConnectionAsync();
        var server = new SimServer(connection);
        await WaitAsync(() => server.HasEnded(WarmUp + Samples + 1));
        await using var command = superuser.CreateCommand("""
            with fan as (
                select e.task_id, min(e.at) as at from task_manager.task_event e join task_manager.task t on t.id = e.task_id
                 where t.collection_id = $1 and t.kind = 'fan' and e.state = 'Running' group by e.task_id
            ), child as (
                select t.id, t.state, t.ordinal, t.input, min(e.at) as made,
                       min(e.at) filter (where e.state = 'Dispatched') as sent, max(e.at) as ended
                  from task_manager.task t join task_manager.task_event e on e.task_id = t.id
                 where t.parent_id = (select task_id from fan)
                 group by t.id
            )
            select count(distinct ordinal) filter (where state = 'Succeeded' and input::jsonb = $2::jsonb)::int,
                   extract(epoch from max(made) - min(fan.at))::float8,
                   extract(epoch from min(sent) - min(fan.at))::float8,
                   extract(epoch from max(ended) - min(fan.at))::float8
              from child, fan
            """);
        command.Parameters.AddWithValue(fan);
        command.Parameters.AddWithValue(JsonSerializer.Serialize(new StepInput(), StepJson.Default.StepInput));
        await using var rows = await command.ExecuteReaderAsync();
        await rows.ReadAsync();
        var (right, made, ended) = (rows.GetInt32(0), rows.GetDouble(1), rows.GetDouble(3));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{children} children of one generator, from its start: last row after {made:0.0} s, {children / made:0} a second; first dispatch after "
            + $"{rows.GetDouble(2):0.00} s; all carried out and recorded after {ended:0.0} s, {children / ended:0} a second"));
        Console.WriteLine($"rows that are as they were made: {right} of {children}");
        return right == children;
    }

    private async Task<DateTime> AtAsync(Guid task, string state)
    {
        await using var command = superuser.CreateCommand($"select at from task_manager.task_event where task_id = $1 and state = '{state}'");
        command.Parameters.AddWithValue(task);
        return (DateTime)(await command.ExecuteScalarAsync())!;
    }

    private static double Of(List<double> times, double share) => Checker.Percentile([.. times.Order()], share)!.Value;

    private static async Task WaitAsync(Func<bool> isOver)
    {
        var watch = Stopwatch.StartNew();
        while (!isOver())
        {
            if (watch.Elapsed > Limit)
                throw new TimeoutException($"The mesh has not ended its work within {Limit}.");
            await Task.Delay(Look);
        }
    }
}
