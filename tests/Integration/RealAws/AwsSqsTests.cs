using Amazon.SQS;
using TaskMesh.Testing.Contracts;
using TaskMesh.Testing.Sqs;

namespace TaskMesh.Integration.RealAws;

/// <summary>The contract on AWS's SQS.</summary>
[RealAwsSuite]
public sealed class AwsSqsTests(AwsSqsTests.Account account) : SqsContract(account), IClassFixture<AwsSqsTests.Account>
{
    public sealed class Account : ISqsEndpoint, IDisposable
    {
        private readonly Lazy<IAmazonSQS> _client = new(() => new AmazonSQSClient());

        public IAmazonSQS Client => _client.Value;

        public void Dispose()
        {
            if (_client.IsValueCreated)
                _client.Value.Dispose();
        }
    }
}
