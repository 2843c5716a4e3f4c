using Amazon.EC2;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SQS;

namespace TaskMesh.Testing;

/// <summary>Clients of the SDK for services that are not AWS.</summary>
public static class AwsTestClients
{
    private static readonly BasicAWSCredentials Credentials = new("test", "test");

    public static IAmazonSQS SqsAt(Uri address) =>
        new AmazonSQSClient(Credentials, new AmazonSQSConfig { ServiceURL = address.ToString(), AuthenticationRegion = "us-east-1" });

    public static IAmazonEC2 Ec2At(Uri address, int? retries = null)
    {
        var config = new AmazonEC2Config { ServiceURL = address.ToString(), AuthenticationRegion = "us-east-1" };
        if (retries is { } most)
            config.MaxErrorRetry = most;
        return new AmazonEC2Client(Credentials, config);
    }

    public static IAmazonS3 S3At(Uri address) => new AmazonS3Client(
        Credentials,
        new AmazonS3Config { ServiceURL = address.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 });

    public static IAmazonSQS Sqs(StubHttp http) =>
        new AmazonSQSClient(Credentials, new AmazonSQSConfig { RegionEndpoint = Amazon.RegionEndpoint.USEast1, HttpClientFactory = http });

    public static IAmazonEC2 Ec2(StubHttp http, int retries = 0) => new AmazonEC2Client(
        Credentials, new AmazonEC2Config { RegionEndpoint = Amazon.RegionEndpoint.USEast1, HttpClientFactory = http, MaxErrorRetry = retries });
}
