using Microsoft.Extensions.Logging;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Processes;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>The instances, each with its process. They and their client tokens are forgotten when LocalCloud ends, as the processes are.</summary>
public sealed partial class InstanceFleet(
    CloudConfiguration configuration, Ec2Faults faults, Uri endpoint, CloudIds ids, TimeProvider clock, ILogger<InstanceFleet> log)
{
    /// <summary>EC2 shows a terminated instance for about an hour, and knows its client token for a day.</summary>
    private static readonly TimeSpan Shown = TimeSpan.FromHours(1);

    private static readonly TimeSpan Remembered = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private readonly List<Instance> _instances = [];
    private readonly List<Task> _lives = [];
    private bool _stopping;

    /// <summary>
    /// Launches what a plan asks for, once per client token: the same token with the same parameters gets the same instances again,
    /// in whatever state they are by now.
    /// </summary>
    public IReadOnlyList<Instance> Launch(LaunchPlan plan)
    {
        lock (_gate)
        {
            _instances.RemoveAll(instance => clock.GetUtcNow() - instance.Ended > Remembered);
            _lives.RemoveAll(life => life.IsCompleted);
            var earlier = _instances.FindAll(instance => plan.ClientToken is not null && instance.Plan.ClientToken == plan.ClientToken);
            if (earlier.Count > 0)
                return earlier[0].Plan.Digest == plan.Digest ? earlier : throw Ec2Errors.TokenMismatch();
            if (_stopping)
                throw new AwsException("Unavailable", "LocalCloud is stopping.", 503);
            if (configuration.Ec2.VcpuQuota is { } quota && Vcpus() + plan.Count * InstanceTypes.All[plan.InstanceType].Vcpus > quota)
                throw Ec2Errors.VcpuQuota(quota);
            var reservation = ids.Resource("r");
            var launched = Enumerable.Range(0, plan.Count).Select(index => NewInstance(plan, reservation, index)).ToList();
            _instances.AddRange(launched);
            _lives.AddRange(launched.Select(LiveAsync));
            return launched;
        }
    }

    public bool Knows(string clientToken)
    {
        lock (_gate)
            return _instances.Exists(instance => instance.Plan.ClientToken == clientToken);
    }

    /// <summary>The instances that can be seen, in the order of their launch.</summary>
    public IReadOnlyList<Instance> All()
    {
        lock (_gate)
            return _instances.FindAll(instance => !(clock.GetUtcNow() - instance.Ended > Shown)
                && clock.GetUtcNow() - instance.Launched >= TimeSpan.FromSeconds(configuration.Ec2.VisibleAfterSeconds));
    }

    /// <summary>Also one that nobody can see yet.</summary>
    public Instance? Find(string id)
    {
        lock (_gate)
            return _instances.Find(instance => instance.Id == id);
    }

    /// <summary>Begins the end of an instance and tells the states before and after.</summary>
    public (InstanceState Before, InstanceState After) Terminate(Instance instance) => Terminate(instance, StateReason.AskedFor);

    /// <summary>Tells an instance at its metadata service when it is taken away, and does that then.</summary>
    public void Interrupt(Instance instance)
    {
        var notice = TimeSpan.FromSeconds(configuration.Ec2.SpotNoticeSeconds);
        lock (_gate)
        {
            instance.InterruptedAt = clock.GetUtcNow() + notice;
            _lives.Add(TakeAwayAsync());
        }

        async Task TakeAwayAsync()
        {
            await instance.Unwanted.Task.WaitAsync(notice, clock).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            Terminate(instance, StateReason.Interrupted);
        }
    }

    private (InstanceState Before, InstanceState After) Terminate(Instance instance, StateReason reason)
    {
        lock (_gate)
        {
            var before = instance.State;
            if (before is InstanceState.Pending or InstanceState.Running)
            {
                instance.State = InstanceState.ShuttingDown;
                instance.Reason = reason;
                instance.Unwanted.TrySetResult();
                if (instance.Process is { } process)
                    _lives.Add(process.StopAsync(StopGrace, clock));
            }
            return (before, instance.State);
        }
    }

    public void Tag(Instance instance, string key, string value)
    {
        lock (_gate)
            instance.Tags = new Dictionary<string, string>(instance.Tags) { [key] = value };
    }

    public void Change(Instance instance, Action<Instance> change)
    {
        lock (_gate)
            change(instance);
    }

    public string OutputFile(Instance instance) => Path.Combine(configuration.LogFolder, $"instance-{instance.Id}.log");

    public async Task StopAsync()
    {
        Task lives;
        lock (_gate)
        {
            _stopping = true;
            foreach (var instance in _instances)
                Terminate(instance);
            lives = Task.WhenAll(_lives);
        }
        await lives;
    }

    /// <summary>Those that ended a short while ago included, as EC2 counts them.</summary>
    private int Vcpus() => _instances
        .Where(instance => instance.Ended is not { } ended
            || clock.GetUtcNow() - ended < TimeSpan.FromSeconds(configuration.Ec2.TerminatedCountsSeconds))
        .Sum(instance => InstanceTypes.All[instance.Plan.InstanceType].Vcpus);

    private TimeSpan StopGrace => TimeSpan.FromSeconds(configuration.StopGraceSeconds);

    private Instance NewInstance(LaunchPlan plan, string reservation, int index) => new()
    {
        Id = ids.Resource("i"),
        ReservationId = reservation,
        LaunchIndex = index,
        Plan = plan,
        Launched = clock.GetUtcNow(),
        Tags = plan.Tags,
    };

    /// <summary>From launch to end. It yields first, because its caller holds the lock and answers "pending".</summary>
    private async Task LiveAsync(Instance instance)
    {
        await Task.Yield();
        try
        {
            await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(configuration.Ec2.BootSeconds), clock), instance.Unwanted.Task);
            var boot = faults.Next(Ec2Fault.Boot, instance.Plan.InstanceType, instance.Plan.SubnetId, instance.Plan.Market)?.Code;
            if (boot == Ec2Fault.BootHangs && Began(instance, null))
                await instance.Unwanted.Task;
            if (boot is not null || instance.Unwanted.Task.IsCompleted)
            {
                Ended(instance, StateReason.NotStarted);
                return;
            }
            var process = await ChildProcess.StartAsync(Start(instance));
            if (!Began(instance, process))
                await process.StopAsync(StopGrace, clock);
            LogEnded(instance.Id, await process.Exited, OutputFile(instance));
            Ended(instance, StateReason.Ended);
        }
        catch (Exception e)
        {
            LogNotStarted(instance.Id, e);
            Ended(instance, StateReason.NotStarted);
        }
    }

    private ChildStart Start(Instance instance)
    {
        var image = configuration.Images[instance.Plan.ImageId];
        var environment = ChildEnvironment.Of(image, configuration, endpoint);
        environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = new Uri(endpoint, $"imds/{instance.Id}").ToString();
        return ChildEnvironment.Start(image, environment, OutputFile(instance)) with
        {
            Capabilities = image.Capabilities,
            NetworkNamespace = image.NetworkNamespace,
        };
    }

    /// <summary>False if it was terminated before it could start.</summary>
    private bool Began(Instance instance, ChildProcess? process)
    {
        lock (_gate)
        {
            instance.Process = process;
            if (instance.State != InstanceState.Pending)
                return false;
            instance.State = InstanceState.Running;
            return true;
        }
    }

    private void Ended(Instance instance, StateReason reason)
    {
        lock (_gate)
        {
            instance.State = InstanceState.Terminated;
            instance.Unwanted.TrySetResult();
            instance.Reason ??= reason;
            instance.Ended = clock.GetUtcNow();
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Instance {Instance} ended with code {Code}; its output is in {File}")]
    private partial void LogEnded(string instance, int code, string file);

    [LoggerMessage(2, LogLevel.Error, "Instance {Instance} could not be started")]
    private partial void LogNotStarted(string instance, Exception e);
}
