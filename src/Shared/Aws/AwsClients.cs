using Amazon.EC2;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SQS;
using TaskMesh.Core.Ports;

namespace TaskMesh.Aws;

/// <summary>
/// The clients of the SDK, which finds credentials, region and address itself: the environment (AWS_REGION, AWS_ENDPOINT_URL and the rest),
/// the shared configuration file, the role of the machine.
/// </summary>
public static class AwsClients
{
    /// <summary>Longer than the longest poll, 20 s.</summary>
    private static readonly TimeSpan SqsTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan S3Timeout = TimeSpan.FromSeconds(30);

    /// <summary>Short enough for a launch to end, or to be known as unresolved, within one invocation of the Manager.</summary>
    private static readonly TimeSpan Ec2Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Why there can be no client here, such as for want of a region; null if there can.</summary>
    public static string? Problem()
    {
        try
        {
            Sqs().Dispose();
            return null;
        }
        catch (AmazonClientException e)
        {
            return e.Message;
        }
    }

    public static IAmazonSQS Sqs() => new AmazonSQSClient(new AmazonSQSConfig { Timeout = SqsTimeout });

    /// <summary>A cloud on this machine, which checks no signature.</summary>
    public static IAmazonSQS LocalSqs(Uri endpoint) => new AmazonSQSClient(
        new BasicAWSCredentials("local", "local"),
        new AmazonSQSConfig { ServiceURL = endpoint.ToString(), AuthenticationRegion = "local", Timeout = SqsTimeout });

    /// <summary>Null without a bucket. Path style, since a bucket is no host name on LocalCloud.</summary>
    public static IObjectStore? Objects(string? bucket) =>
        bucket is null ? null : new S3Objects(new AmazonS3Client(new AmazonS3Config { Timeout = S3Timeout, ForcePathStyle = true }), bucket);

    public static IObjectStore LocalObjects(Uri endpoint, string bucket) => new S3Objects(
        new AmazonS3Client(
            new BasicAWSCredentials("local", "local"),
            new AmazonS3Config
            {
                ServiceURL = endpoint.ToString(),
                AuthenticationRegion = "local",
                Timeout = S3Timeout,
                ForcePathStyle = true,
            }),
        bucket);

    public static IAmazonEC2 Ec2() => new AmazonEC2Client(new AmazonEC2Config { Timeout = Ec2Timeout });

    public static IAmazonEC2 LocalEc2(Uri endpoint) => new AmazonEC2Client(
        new BasicAWSCredentials("local", "local"),
        new AmazonEC2Config { ServiceURL = endpoint.ToString(), AuthenticationRegion = "local", Timeout = Ec2Timeout });

    /// <summary>For RunInstances: whether an unresolved launch is repeated is for the launch plan to decide, not for the SDK.</summary>
    public static IAmazonEC2 Ec2WithoutRetries() => new AmazonEC2Client(new AmazonEC2Config { Timeout = Ec2Timeout, MaxErrorRetry = 0 });
}
