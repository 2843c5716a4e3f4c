using TaskMesh.Core.Fleet;
using TaskMesh.Core.Ports;

namespace TaskMesh.Unit.Manager.Fleet;

/// <summary>The ledger's rules without PostgreSQL, so that schedules can be tried by the ten thousand. Each call is one transaction.</summary>
internal sealed class MemoryLedger(int cap, Func<Task> step, Func<DateTimeOffset> now) : IFleetLedger
{
    private readonly Dictionary<string, DateTimeOffset> _orphans = [];
    private (DateTimeOffset Until, string? Configuration)? _held;
    private DateTimeOffset _reminded;
    private int _throttled;
    private int _failedBoots;

    public List<MemorySlot> Slots { get; } = [.. Enumerable.Range(1, cap).Select(slot => new MemorySlot(slot))];

    public List<MemoryIntent> Intents { get; } = [];

    /// <summary>Workers by instance: when they were last heard of; null if they were given up.</summary>
    public Dictionary<string, DateTimeOffset?> Workers { get; } = [];

    public int Work { get; set; }

    public RefusalClass? HeldFor { get; private set; }

    public Dictionary<string, string> Consoles { get; } = [];

    public string? CostRefusal { get; private set; }

    public async Task<FleetDemand> DemandAsync(string configuration, int countUpTo, CancellationToken cancellation)
    {
        await step();
        return Demand(configuration, countUpTo);
    }

    public async Task<IReadOnlyList<LaunchIntent>> TakeSlotsAsync(
        string configuration, int countUpTo, Func<FleetDemand, int> needed, Func<Guid> newId, CancellationToken cancellation)
    {
        await step();
        var taken = new List<LaunchIntent>();
        foreach (var slot in Slots.Where(slot => slot.State == "free").Take(needed(Demand(configuration, countUpTo))).ToArray())
        {
            var intent = new MemoryIntent(newId(), slot, configuration) { Touched = now() };
            Intents.Add(intent);
            slot.Move("launching", intent, null, now());
            taken.Add(new LaunchIntent(intent.Id, slot.Number, intent.Epoch));
        }
        return taken;
    }

    public async Task<IReadOnlyList<CellRefusal>> RefusalsAsync(string configuration, CancellationToken cancellation)
    {
        await step();
        return
        [
            .. from intent in Intents
               where intent.Configuration == configuration
               from attempt in intent.Attempts.Values
               let refused = attempt.Answer as LaunchAnswer.Refused
               where refused is not null
               select new CellRefusal(attempt.Request.Cell, refused.Class, refused.Code, now() - attempt.At),
        ];
    }

    public async Task<bool> BeginAttemptAsync(
        LaunchIntent intent, int ordinal, LaunchRequest request, decimal? price, CancellationToken cancellation)
    {
        await step();
        if (Mine(intent) is not { } mine)
            return false;
        mine.Touched = now();
        if (!mine.Attempts.ContainsKey(ordinal))
            mine.Attempts[ordinal] = new MemoryAttempt(request);
        return true;
    }

    public async Task EndAttemptAsync(LaunchIntent intent, int ordinal, LaunchAnswer answer, CancellationToken cancellation)
    {
        await step();
        if (Mine(intent) is { } mine)
            (mine.Touched, mine.Attempts[ordinal].Answer, mine.Attempts[ordinal].At) = (now(), answer, now());
    }

    public async Task EndIntentAsync(LaunchIntent intent, FleetInstance? instance, string outcome, CancellationToken cancellation)
    {
        await step();
        if (Mine(intent) is not { } mine)
            return;
        (mine.Outcome, mine.Ended) = (outcome, now());
        mine.Slot.Move(instance is null ? "free" : "booting", instance is null ? null : mine, instance?.Id, now());
        if (instance is not null)
            _throttled = 0;
    }

    public async Task<IReadOnlyList<string?>> TypesAsync(CancellationToken cancellation)
    {
        await step();
        return
        [
            .. from slot in Slots
               let asked = slot.Intent?.Attempts.Values.LastOrDefault(attempt => attempt.Answer is not LaunchAnswer.Refused)
               where asked is not null
               select asked.Request.InstanceType,
        ];
    }

    public async Task<TimeSpan> HoldAsync(
        RefusalClass refusal, string code, string message, string? configuration, Func<int, TimeSpan> wait, CancellationToken cancellation)
    {
        await step();
        var time = wait(refusal == RefusalClass.BootFailed ? _failedBoots : _throttled);
        _throttled += refusal == RefusalClass.SlowDown ? 1 : 0;
        _failedBoots += refusal == RefusalClass.BootFailed ? 1 : 0;
        (_held, HeldFor) = ((now() + time, configuration), refusal);
        return time;
    }

    public async Task<IReadOnlyList<OpenLaunch>> TakeOverAsync(TimeSpan unanswered, CancellationToken cancellation)
    {
        await step();
        var taken = new List<OpenLaunch>();
        foreach (var intent in Intents.Where(intent => intent.Outcome is null && !intent.IsTokenReused))
        {
            var last = intent.Attempts.LastOrDefault(attempt => attempt.Value.Answer is not LaunchAnswer.Refused);
            if (now() - intent.Touched <= (last.Value?.Answer is LaunchAnswer.Unknown ? TimeSpan.FromSeconds(3) : unanswered))
                continue;
            (intent.Epoch, intent.Touched) = (intent.Epoch + 1, now());
            taken.Add(new OpenLaunch(
                new LaunchIntent(intent.Id, intent.Slot.Number, intent.Epoch),
                last.Value is null ? intent.Attempts.Keys.LastOrDefault(-1) + 1 : last.Key,
                last.Value?.Request));
        }
        return taken;
    }

    public async Task AdoptAsync(
        IReadOnlyCollection<(Guid Intent, FleetInstance Instance)> existing, TimeSpan grace, CancellationToken cancellation)
    {
        await step();
        foreach (var intent in Intents.Where(intent => intent.Outcome is null))
        {
            if (existing.Where(pair => pair.Intent == intent.Id).Select(pair => pair.Instance).FirstOrDefault() is { } instance)
            {
                (intent.Outcome, intent.Epoch, intent.Ended) = ("adopted", intent.Epoch + 1, now());
                intent.Slot.Move("booting", intent, instance.Id, now());
            }
            else if (intent.IsTokenReused && now() - intent.Touched > grace)
            {
                (intent.Outcome, intent.Epoch) = ("token reused", intent.Epoch + 1);
                intent.Slot.Move("free", null, null, now());
            }
        }
    }

    public async Task<IReadOnlyList<GoneInstance>> FreeGoneAsync(
        IReadOnlyCollection<string> existing, IReadOnlyCollection<string> ended, TimeSpan age, TimeSpan grace, CancellationToken cancellation)
    {
        await step();
        var gone = Slots.Where(slot => slot.Instance is { } instance && (ended.Contains(instance)
            || !existing.Contains(instance)
                && now() - slot.Intent!.Ended > age + TimeSpan.FromMinutes(4)
                && !IsFresh(instance, grace))).ToArray();
        var ids = gone.Select(slot => new GoneInstance(slot.Instance!, slot.State == "booting")).ToArray();
        foreach (var slot in gone)
        {
            Workers[slot.Instance!] = null;
            slot.Move("free", null, null, now());
        }
        return ids;
    }

    public Task SetMinimumAsync(int minimum, CancellationToken cancellation) => step();

    public async Task<IReadOnlyList<string>> GiveUpAsync(TimeSpan bootDeadline, CancellationToken cancellation)
    {
        await step();
        var overdue = Slots
            .Where(slot => slot.State == "booting" && now() - slot.Since > bootDeadline && Workers.TryAdd(slot.Instance!, null)).ToArray();
        foreach (var slot in overdue)
            slot.Move("draining", slot.Intent, slot.Instance, now());
        return [.. overdue.Select(slot => slot.Instance!)];
    }

    public Task KeepConsoleAsync(string instance, string console, CancellationToken cancellation)
    {
        Consoles[instance] = console;
        return step();
    }

    public Task TellCostAsync(string? refusal, CancellationToken cancellation)
    {
        CostRefusal = refusal;
        return step();
    }

    public async Task<IReadOnlyList<string>> OrphansAsync(
        IReadOnlyCollection<(string Instance, Guid? Intent)> existing, TimeSpan silence, TimeSpan grace, CancellationToken cancellation)
    {
        await step();
        var suspects = existing.Where(pair => !IsFresh(pair.Instance, silence) && (Slots.Find(slot => slot.Instance == pair.Instance) is { } slot
            ? slot.State is "live" or "draining"
            : !Intents.Exists(intent => intent.Id == pair.Intent && intent.Outcome is null))).Select(pair => pair.Instance).ToHashSet();
        var orphans = suspects.Where(suspect => _orphans.TryGetValue(suspect, out var marked) && now() - marked > grace).ToArray();
        foreach (var innocent in _orphans.Keys.Except(suspects).ToArray())
            _orphans.Remove(innocent);
        foreach (var suspect in suspects)
            _orphans.TryAdd(suspect, now());
        return orphans;
    }

    /// <returns>False if the worker was given up.</returns>
    public bool Heartbeat(string instance)
    {
        if (Workers.TryGetValue(instance, out var seen) && seen is null)
            return false;
        Workers[instance] = now();
        if (Slots.Find(slot => slot.Instance == instance) is { State: "booting" } slot)
        {
            slot.Move("live", slot.Intent, instance, now());
            _failedBoots = 0;
        }
        return true;
    }

    public async Task<bool> RemindAsync(TimeSpan after, CancellationToken cancellation)
    {
        await step();
        if (_reminded > now())
            return false;
        _reminded = now() + after;
        return true;
    }

    /// <returns>False while there is work.</returns>
    public bool Drain(string instance, int undelivered)
    {
        if (undelivered > 0 || Slots.Find(slot => slot.Instance == instance) is not { State: "live" } slot)
            return false;
        slot.Move("draining", slot.Intent, instance, now());
        return true;
    }

    private bool IsFresh(string instance, TimeSpan age) => Workers.TryGetValue(instance, out var seen) && seen is { } at && now() - at < age;

    private MemoryIntent? Mine(LaunchIntent intent) =>
        Intents.Find(known => known.Id == intent.Id && known.Epoch == intent.Epoch && known.Outcome is null);

    private FleetDemand Demand(string configuration, int countUpTo) => new(
        Math.Min(Work, countUpTo),
        Slots.Count(slot => slot.State is "launching" or "booting" or "live"),
        Slots.Count(slot => slot.State == "free"),
        Slots.Count(slot => slot.State == "draining"),
        _held is { } held && held.Until > now() && (held.Configuration is null || held.Configuration == configuration));
}
