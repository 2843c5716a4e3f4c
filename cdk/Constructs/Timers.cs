using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.CDK;
using Amazon.CDK.AWS.Events;
using Amazon.CDK.AWS.Events.Targets;
using Constructs;
using TaskMesh.Core.Messages;

namespace TaskMesh.Cdk.Constructs;

/// <summary>What wakes the Manager when nothing happens: a tick each minute, housekeeping each hour.</summary>
public sealed class Timers : Construct
{
    private readonly Queues _queues;

    public Timers(Construct scope, MeshOptions options, Queues queues)
        : base(scope, nameof(Timers))
    {
        _queues = queues;
        Every(Duration.Minutes(1), Sweep.Minute, options.Stage.NameOf("minute"));
        Every(Duration.Hours(1), Sweep.Housekeeping, options.Stage.NameOf("housekeeping"));
    }

    private void Every(Duration interval, Sweep sweep, string name)
    {
        var message = JsonSerializer.SerializeToNode<ManagerMessage>(new Tick(sweep), MessageJson.Default.ManagerMessage)!.AsObject();
        _ = new Rule(this, $"{sweep}", new RuleProps
        {
            RuleName = name,
            Schedule = Schedule.Rate(interval),
            Targets =
            [
                new SqsQueue(_queues.Manager, new SqsQueueProps
                {
                    Message = RuleTargetInput.FromObject(message.ToDictionary(field => field.Key, field => ValueOf(field.Value!.AsValue()))),
                }),
            ],
        });
    }

    /// <summary>CDK knows the types of .NET and not those of JSON.</summary>
    private static object ValueOf(JsonValue value) => value.GetValueKind() == JsonValueKind.Number ? value.GetValue<int>() : value.GetValue<string>();
}
