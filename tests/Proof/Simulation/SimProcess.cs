using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Proof.Crashes;

namespace TaskMesh.Proof.Simulation;

/// <summary>
/// A process of the mesh as its surroundings see it: every call to the outside goes through here, and before and after each one it may die or
/// stand still. A dead process has no effect any more: its calls throw.
/// </summary>
internal sealed class SimProcess
{
    private const double ShortestPauseSeconds = 5;
    private const double LongestPauseSeconds = 120;

    private readonly SimWorld _world;
    private readonly CancellationTokenSource _killed = new();
    private readonly CrashPoint? _crash;
    private DateTimeOffset _standsUntil;

    public SimProcess(SimWorld world, string name)
    {
        (_world, Name) = (world, name);
        if (world.Crash?.Process != name)
            return;
        _crash = world.Crash;
        _crash.Die = Kill;
        _crash.Pump = world.Pump;
    }

    public string Name { get; }

    public CancellationToken Killed => _killed.Token;

    public bool IsDead => _killed.IsCancellationRequested;

    /// <summary>A call whose time is real: to the database.</summary>
    /// <param name="what">Null for what is asked so often that faults there would be all that happens.</param>
    public async Task<T> OutsideAsync<T>(string? what, Func<Task<T>> call)
    {
        await GateAsync(what);
        var result = await _world.Pump.OutsideAsync(call);
        await GateAsync(what);
        return result;
    }

    /// <summary>The moments before and after a call: here a process dies or stands still.</summary>
    public async Task GateAsync(string? what)
    {
        if (!IsDead && what is not null && _world.Faults.Hits(Fault.Death, $"{Name}/{what}"))
            Kill();
        _crash?.Step();
        if (!IsDead && what is not null && _world.Faults.Hits(Fault.Pause, $"{Name}/{what}"))
        {
            var seconds = ShortestPauseSeconds + (LongestPauseSeconds - ShortestPauseSeconds) * _world.Faults.Draw($"{Name}/pause");
            _standsUntil = _world.Clock.GetUtcNow() + TimeSpan.FromSeconds(seconds);
            _world.NoteDisturbance(Name, TimeSpan.FromSeconds(seconds));
        }
        while (!IsDead && _standsUntil > _world.Clock.GetUtcNow())
            await Task.WhenAny(_world.DelayUntilAsync(_standsUntil, _killed.Token));
        _killed.Token.ThrowIfCancellationRequested();
    }

    private void Kill()
    {
        _world.NoteKill(Name);
        _killed.Cancel();
    }

    public ITaskLeases Over(ITaskLeases leases) => new Leases(this, leases);

    public ITaskData Over(ITaskData data, RunTask run) => new Data(this, data, run);

    private static string KeyOf(RunTask? run) => $"{run?.Id}/{run?.Attempt}";

    private sealed class Leases(SimProcess process, ITaskLeases inner) : ITaskLeases
    {
        public Task<IReadOnlyList<ClaimAnswer>> ClaimAsync(IReadOnlyList<RunTask> tasks, CancellationToken cancellation) =>
            process.OutsideAsync($"claim/{KeyOf(tasks.Count > 0 ? tasks[0] : null)}", () => inner.ClaimAsync(tasks, process.Killed));

        public Task<ClaimAnswer> ClaimAloneAsync(RunTask task, CancellationToken cancellation) =>
            process.OutsideAsync($"claim/{KeyOf(task)}", () => inner.ClaimAloneAsync(task, process.Killed));

        public Task<IReadOnlySet<Guid>> RenewAsync(IReadOnlyList<Lease> leases, CancellationToken cancellation) =>
            process.OutsideAsync(null, () => inner.RenewAsync(leases, process.Killed));

        public Task<IReadOnlyDictionary<Guid, StopCause>> StopsAsync(IReadOnlyList<Lease> leases, CancellationToken cancellation) =>
            process.OutsideAsync(null, () => inner.StopsAsync(leases, process.Killed));
    }

    private sealed class Data(SimProcess process, ITaskData inner, RunTask run) : ITaskData
    {
        public Task<JsonElement?> ReadResultAsync(Guid task, CancellationToken cancellation) =>
            process.OutsideAsync($"read/{KeyOf(run)}", () => inner.ReadResultAsync(task, process.Killed));

        public IAsyncEnumerable<ChildResult> ReadChildrenAsync(string container, CancellationToken cancellation) =>
            inner.ReadChildrenAsync(container, process.Killed);

        public Task AppendResultAsync(JsonElement part, CancellationToken cancellation) =>
            process.OutsideAsync($"append/{KeyOf(run)}", async () =>
            {
                await inner.AppendResultAsync(part, process.Killed);
                return true;
            });

        public Task SaveCheckpointAsync(JsonElement checkpoint, CancellationToken cancellation) =>
            process.OutsideAsync($"checkpoint/{KeyOf(run)}", async () =>
            {
                await inner.SaveCheckpointAsync(checkpoint, process.Killed);
                return true;
            });

        public Task<JsonElement?> ReadSharedAsync(string key, CancellationToken cancellation) =>
            process.OutsideAsync($"shared/{KeyOf(run)}", () => inner.ReadSharedAsync(key, process.Killed));

        public Task WriteSharedAsync(string key, JsonElement value, CancellationToken cancellation) =>
            process.OutsideAsync($"share/{KeyOf(run)}", async () =>
            {
                await inner.WriteSharedAsync(key, value, process.Killed);
                return true;
            });
    }
}
