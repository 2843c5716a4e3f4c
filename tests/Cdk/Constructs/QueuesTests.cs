using Amazon.CDK.Assertions;
using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests.Constructs;

public class QueuesTests(SynthesisedMesh mesh) : IClassFixture<SynthesisedMesh>
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
            var dead = mesh.Template.FindResources("AWS::SQS::Queue", Properties(new()
            {
                ["QueueName"] = $"taskmesh-dev-{name}-dead",
                ["MessageRetentionPeriod"] = 14 * Day,
            }));
            Assert.Equal([target.AsString()], dead.Keys);
        }
        mesh.Template.ResourceCountIs("AWS::SQS::Queue", 2 * Sources.Length);
    }

    [NodeFact]
    public void Every_queue_is_encrypted() =>
        mesh.Template.AllResourcesProperties("AWS::SQS::Queue", new Dictionary<string, object> { ["SqsManagedSseEnabled"] = true });

    [NodeFact]
    public void Every_queue_refuses_callers_without_tls()
    {
        foreach (var queue in mesh.Template.FindResources("AWS::SQS::Queue").Keys)
            mesh.Template.HasResourceProperties("AWS::SQS::QueuePolicy", new Dictionary<string, object>
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

    private void HasQueue(Dictionary<string, object> properties) => mesh.Template.HasResourceProperties("AWS::SQS::Queue", properties);

    private static Dictionary<string, object> Properties(Dictionary<string, object> properties) => new() { ["Properties"] = properties };
}
