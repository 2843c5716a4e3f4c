using TaskMesh.Core.Fleet;
using TaskMesh.Core.Ports;

namespace TaskMesh.Unit.Manager.Fleet;

/// <summary>
/// A cloud on its worst days: launches that nobody hears of, lists that lag, boots that hang. It keeps the account that matters: who was alive when.
/// </summary>
internal sealed class UnreliableCloud(int cap, Func<Task> step, Func<DateTimeOffset> now, Func<string, bool> isFresh, Random random) : IComputeFleet
{
    private static readonly string[] Refusals =
        ["InsufficientInstanceCapacity", "Unsupported", "InsufficientFreeAddressesInSubnet", "VcpuLimitExceeded", "RequestLimitExceeded"];

    private static readonly TimeSpan LongestHidden = TimeSpan.FromSeconds(170);

    private readonly Dictionary<string, CloudMachine> _byToken = [];

    /// <summary>Whether things go wrong.</summary>
    public bool IsFaulty { get; set; } = true;

    public List<CloudMachine> Machines { get; } = [];

    public int Calls { get; private set; }

    public int MostAlive { get; private set; }

    public List<string> Violations { get; } = [];

    public async Task<LaunchAnswer> LaunchAsync(LaunchRequest request, CancellationToken cancellation)
    {
        await step();
        Calls++;
        if (Fails(0.1))
            return new LaunchAnswer.Unknown("no answer");
        if (!_byToken.TryGetValue(request.Token, out var machine))
        {
            if (Fails(0.3))
                return FleetLauncherTests.No(Refusals[random.Next(Refusals.Length)]);
            machine = _byToken[request.Token] = NewMachine(request);
        }
        await step();
        return Fails(0.1) ? new LaunchAnswer.Unknown("the answer was lost") : new LaunchAnswer.Launched(machine.Seen());
    }

    public async Task<IReadOnlyList<FleetInstance>> ListAsync(string tag, string value, CancellationToken cancellation)
    {
        await step();
        var seen = Machines.Where(machine => machine.VisibleAt <= now()).Select(machine => machine.Seen()).ToArray();
        await step();
        return seen;
    }

    public async Task TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellation)
    {
        await step();
        foreach (var machine in Machines.Where(machine => machine.State != "terminated" && instanceIds.Contains(machine.Id)))
        {
            if (isFresh(machine.Id))
                Violations.Add($"{machine.Id} was ended at work");
            End(machine);
        }
    }

    public async Task<string?> ConsoleAsync(string instanceId, CancellationToken cancellation)
    {
        await step();
        return null;
    }

    /// <summary>It is gone some time later.</summary>
    public void End(CloudMachine machine)
    {
        machine.State = "shutting-down";
        machine.EndsAt = now() + TimeSpan.FromSeconds(random.Next(60));
    }

    public void Pass()
    {
        foreach (var machine in Machines.Where(machine => machine.EndsAt <= now()))
            machine.State = "terminated";
    }

    private CloudMachine NewMachine(LaunchRequest request)
    {
        if (Machines.Exists(known => known.Intent == request.Tags["intent"]))
            Violations.Add($"{request.Tags["intent"]} was launched twice");
        var machine = new CloudMachine(request, now())
        {
            VisibleAt = now() + (IsFaulty ? random.NextDouble() * LongestHidden : TimeSpan.Zero),
            SpeaksAt = Fails(0.2) ? null : now() + TimeSpan.FromSeconds(random.Next(10, 200)),
        };
        Machines.Add(machine);
        var alive = Machines.Count(other => other.State != "terminated");
        MostAlive = Math.Max(MostAlive, alive);
        if (alive > cap)
            Violations.Add($"{alive} alive with a cap of {cap}");
        return machine;
    }

    private bool Fails(double share) => IsFaulty && random.NextDouble() < share;
}
