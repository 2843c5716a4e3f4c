using System.Text;
using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests.Constructs;

public class TimersTests
{
    [NodeFact]
    public void A_minute_and_an_hour_send_ticks_that_the_manager_reads()
    {
        var rules = SynthesisedMesh.Dev.All("AWS::Events::Rule").Values
            .ToDictionary(rule => rule.GetProperty("ScheduleExpression").GetString()!, rule => rule.GetProperty("Targets")[0]);

        Assert.Equal(Sweep.Minute, Assert.IsType<Tick>(MessageOf(rules["rate(1 minute)"])).Sweep);
        Assert.Equal(Sweep.Housekeeping, Assert.IsType<Tick>(MessageOf(rules["rate(1 hour)"])).Sweep);
        Assert.All(rules.Values, target => Assert.StartsWith(
            "Queuesmanager", target.GetProperty("Arn").GetProperty("Fn::GetAtt")[0].GetString(), StringComparison.Ordinal));
    }

    [NodeFact]
    public void The_manager_queue_takes_them_from_these_rules_only() => Assert.Equal(
        2,
        SynthesisedMesh.Dev.Only("AWS::SQS::QueuePolicy", "QueuesmanagerPolicy").GetProperty("PolicyDocument").GetProperty("Statement")
            .EnumerateArray().Count(statement =>
                statement.GetProperty("Principal").ToString().Contains("events.amazonaws.com", StringComparison.Ordinal)
                && statement.GetProperty("Condition").ToString().Contains("aws:SourceArn", StringComparison.Ordinal)));

    private static ManagerMessage? MessageOf(JsonElement target) =>
        MessageReader.Read(Encoding.UTF8.GetBytes(target.GetProperty("Input").GetString()!), Guid.NewGuid(), out _);
}
