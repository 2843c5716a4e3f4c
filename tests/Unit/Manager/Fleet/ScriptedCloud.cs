using TaskMesh.Core.Fleet;
using TaskMesh.Core.Ports;

namespace TaskMesh.Unit.Manager.Fleet;

/// <summary>A cloud that answers each cell as it is told; what it launches exists.</summary>
internal sealed class ScriptedCloud(Func<LaunchRequest, LaunchAnswer?> script, Func<DateTimeOffset> now) : IComputeFleet
{
    public List<LaunchRequest> Calls { get; } = [];

    public List<FleetInstance> Instances { get; } = [];

    public List<string> Terminated { get; } = [];

    public Task<LaunchAnswer> LaunchAsync(LaunchRequest request, CancellationToken cancellation)
    {
        Calls.Add(request);
        return Task.FromResult(script(request) ?? Launch(request));
    }

    public Task<IReadOnlyList<FleetInstance>> ListAsync(string tag, string value, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FleetInstance>>([.. Instances.Where(instance => instance.Tags.GetValueOrDefault(tag) == value)]);

    /// <summary>Whether it may end anything.</summary>
    public bool Terminates { get; set; } = true;

    public Task TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellation)
    {
        if (!Terminates && instanceIds.Count > 0)
            return Task.FromException(new InvalidOperationException("it may not be ended"));
        Terminated.AddRange(instanceIds);
        return Task.CompletedTask;
    }

    public Task<string?> ConsoleAsync(string instanceId, CancellationToken cancellation) => Task.FromResult<string?>("no network");

    public LaunchAnswer Launch(LaunchRequest request)
    {
        var id = $"i-{request.Token}";
        if (!Instances.Exists(instance => instance.Id == id))
            Instances.Add(new FleetInstance(id, "pending", request.InstanceType ?? "template", request.Subnet, now(), request.Tags));
        return new LaunchAnswer.Launched(Instances.Single(instance => instance.Id == id));
    }
}
