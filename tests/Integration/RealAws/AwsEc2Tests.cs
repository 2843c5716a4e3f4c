using Amazon.EC2;
using TaskMesh.Testing.Contracts;
using TaskMesh.Testing.Ec2;

namespace TaskMesh.Integration.RealAws;

/// <summary>The contract on AWS's EC2, in the default VPC: some minutes of half a dozen t4g.micro.</summary>
[RealAwsSuite]
public sealed class AwsEc2Tests(AwsEc2Tests.Account account) : Ec2Contract(account), IClassFixture<AwsEc2Tests.Account>
{
    public sealed class Account : IEc2Endpoint, IDisposable
    {
        private readonly Lazy<IAmazonEC2> _client = new(() => new AmazonEC2Client());

        public IAmazonEC2 Client => _client.Value;

        /// <summary>EC2 looks up the newest Amazon Linux itself.</summary>
        public string ImageId => "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

        public TimeSpan Patience { get; } = TimeSpan.FromMinutes(10);

        public void Dispose()
        {
            if (_client.IsValueCreated)
                _client.Value.Dispose();
        }
    }
}
