using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Logs;
using Constructs;

namespace TaskMesh.Cdk.Constructs;

/// <summary>
/// What somebody who steers the mesh may do: a policy to attach to people's roles. Moving messages takes the right to send to where they go, which
/// for the queues of workers is nobody's but the Manager's: what was lost there the sweeps send again.
/// </summary>
public sealed class OperatorRights : Construct
{
    public OperatorRights(Construct scope, MeshOptions options, Queues queues, MeshDatabase database, params ILogGroup[] logs)
        : base(scope, nameof(OperatorRights))
    {
        Policy = new ManagedPolicy(this, "Policy", new ManagedPolicyProps
        {
            ManagedPolicyName = options.Stage.NameOf("operator"),
            Description = $"Submitting to and steering TaskMesh, stage {options.Stage.Name}",
        });
        Policy.MaySend(queues.Manager, queues.Control);
        Policy.May(["logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"], [.. logs.Select(group => group.LogGroupArn)]);
        // AWS does not know this right by log group: what a query finds is kept under an id that only its asker has.
        Policy.May(["logs:GetQueryResults"], ["*"]);
        Policy.May(
            [
                "sqs:StartMessageMoveTask", "sqs:ListMessageMoveTasks", "sqs:CancelMessageMoveTask", "sqs:ReceiveMessage", "sqs:DeleteMessage",
            ],
            [queues.DeadLettersOf(Queues.ManagerName).QueueArn, queues.DeadLettersOf(Queues.ControlName).QueueArn]);
        // What `taskmesh doctor` looks at.
        Policy.May(["sqs:GetQueueAttributes"], [.. queues.All.Select(queue => queue.QueueArn)]);
        Policy.May(
            ["ec2:DescribeImages", "ec2:DescribeInstanceTypes", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeSubnets"], ["*"]);
        database.GrantConnect(Policy, "tm_reader");
    }

    public ManagedPolicy Policy { get; }
}
