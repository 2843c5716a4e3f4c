using Amazon.CDK.Assertions;
using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests.Constructs;

public class QueuesTests
{
    private const int Day = 24 * 60 * 60;

    private static readonly (string Name, int Visibility, int Receives)[] Sources =
    [
        ("manager", 360, 10),
        ("control", 360, 10),
        ("external", 900, 10),
        ("internal", 1800, 10),
        ("bare-metal", 20, 100),
    ];

    [NodeFact]
    public void Each_queue_gives_messages_up_to_a_queue_that_keeps_them_longer()
    {
        foreach (var (name, visibility, receives) in Sources)
        {
            var target = new Capture();
            HasQueue(new()
            {
                ["QueueName"] = $"taskmesh-dev-{name}",
                ["VisibilityTimeout"] = visibility,
                ["MessageRetentionPeriod"] = 4 * Day,
                ["RedrivePolicy"] = new Dictionary<string, object>
                {
                    ["deadLetterTargetArn"] = new Dictionary<string, object> { ["Fn::GetAtt"] = new object[] { target, "Arn" } },
                    ["maxReceiveCount"] = receives,
                },
            });
            var dead = SynthesisedMesh.Template.FindResources("AWS::SQS::Queue", Properties(new()
            {
                ["QueueName"] = $"taskmesh-dev-{name}-dead",
                ["MessageRetentionPeriod"] = 14 * Day,
            }));
            Assert.Equal([target.AsString()], dead.Keys);
        }
        SynthesisedMesh.Template.ResourceCountIs("AWS::SQS::Queue", 2 * Sources.Length);
    }

    [NodeFact]
    public void A_configured_pool_has_a_queue_like_those_of_its_class()
    {
        var queues = SynthesisedMesh.With(("pools", """[{"name":"dmz","class":"Internal"},{"name":"slow","class":"External"}]"""))
            .All("AWS::SQS::Queue").Values.ToDictionary(queue => queue.GetProperty("QueueName").GetString()!);

        Assert.Equal(2 * Sources.Length + 4, queues.Count);
        Assert.Equal(1800, queues["taskmesh-dev-dmz"].GetProperty("VisibilityTimeout").GetInt32());
        Assert.Equal(900, queues["taskmesh-dev-slow"].GetProperty("VisibilityTimeout").GetInt32());
        Assert.Equal(14 * Day, queues["taskmesh-dev-dmz-dead"].GetProperty("MessageRetentionPeriod").GetInt32());
    }

    [NodeFact]
    public void Every_queue_is_encrypted() =>
        SynthesisedMesh.Template.AllResourcesProperties("AWS::SQS::Queue", new Dictionary<string, object> { ["SqsManagedSseEnabled"] = true });

    [NodeFact]
    public void Every_queue_refuses_callers_without_tls()
    {
        foreach (var queue in SynthesisedMesh.Template.FindResources("AWS::SQS::Queue").Keys)
            SynthesisedMesh.Template.HasResourceProperties("AWS::SQS::QueuePolicy", new Dictionary<string, object>
            {
                ["Queues"] = new object[] { new Dictionary<string, object> { ["Ref"] = queue } },
                ["PolicyDocument"] = Match.ObjectLike(new Dictionary<string, object>
                {
                    ["Statement"] = Match.ArrayWith(
                    [
                        Match.ObjectLike(new Dictionary<string, object>
                        {
                            ["Effect"] = "Deny",
                            ["Action"] = "sqs:*",
                            ["Principal"] = new Dictionary<string, object> { ["AWS"] = "*" },
                            ["Condition"] = new Dictionary<string, object>
                            {
                                ["Bool"] = new Dictionary<string, object> { ["aws:SecureTransport"] = "false" },
                            },
                        }),
                    ]),
                }),
            });
    }

    private static void HasQueue(Dictionary<string, object> properties) =>
        SynthesisedMesh.Template.HasResourceProperties("AWS::SQS::Queue", properties);

    private static Dictionary<string, object> Properties(Dictionary<string, object> properties) => new() { ["Properties"] = properties };
}
