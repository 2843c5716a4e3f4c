using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Logs;
using Amazon.CDK.AWS.S3;
using Amazon.CDK.AWS.SQS;

namespace TaskMesh.Cdk;

/// <summary>The rights that hosts share, each in the words of IAM. CDK's own grants give more than a host uses.</summary>
internal static class Grants
{
    public static void MayConsume(this IGrantable host, params IQueue[] queues) => host.May(
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
        [.. queues.Select(queue => queue.QueueArn)]);

    public static void MaySend(this IGrantable host, params IQueue[] queues) =>
        host.May(["sqs:SendMessage"], [.. queues.Select(queue => queue.QueueArn)]);

    public static void MayLog(this IGrantable host, ILogGroup group) => host.May(["logs:CreateLogStream", "logs:PutLogEvents"], [group.LogGroupArn]);

    public static void MayGet(this IGrantable host, IBucket bucket, params string[] keys) =>
        host.May(["s3:GetObject"], [.. keys.Select(bucket.ArnForObjects)]);

    public static void MayPut(this IGrantable host, IBucket bucket, params string[] keys) =>
        host.May(["s3:PutObject"], [.. keys.Select(bucket.ArnForObjects)]);

    /// <summary>Lambda makes the network interfaces of a function with the function's own role. AWS knows no narrower form of this right.</summary>
    public static void MayStandInNetwork(this IGrantable host) => host.May(
        [
            "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
        ],
        ["*"]);

    public static void May(
        this IGrantable host, string[] actions, string[] resources, Dictionary<string, object>? conditions = null, string? sid = null) =>
        host.GrantPrincipal.AddToPrincipalPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Sid = sid,
            Actions = actions,
            Resources = resources,
            Conditions = conditions,
        }));

    /// <summary>An ARN of EC2 in this account and region.</summary>
    public static string Ec2Arn(this Stack stack, string resource) => $"arn:{stack.Partition}:ec2:{stack.Region}:{stack.Account}:{resource}";

    public static IEnumerable<string> SubnetArns(this Stack stack, IVpc vpc, SubnetSelection subnets) =>
        vpc.SelectSubnets(subnets).SubnetIds.Select(subnet => stack.Ec2Arn($"subnet/{subnet}"));
}
