using Amazon.S3;
using Amazon.S3.Model;
using TaskMesh.Testing.Contracts;
using TaskMesh.Testing.ObjectStore;

namespace TaskMesh.Integration.RealAws;

/// <summary>The contract on AWS's S3, in a bucket that is made for it.</summary>
[RealAwsSuite]
public sealed class AwsObjectTests(AwsObjectTests.Account account) : ObjectContract(account), IClassFixture<AwsObjectTests.Account>
{
    public sealed class Account : IObjectEndpoint, IAsyncLifetime
    {
        private AmazonS3Client? _client;

        public IAmazonS3 Client => _client!;

        public string Bucket { get; } = $"taskmesh-contract-{Guid.NewGuid():N}";

        public async Task InitializeAsync()
        {
            if (new RealAwsSuiteAttribute().Reason is not null)
                return;
            _client = new AmazonS3Client();
            await _client.PutBucketAsync(new PutBucketRequest { BucketName = Bucket, UseClientRegion = true });
        }

        /// <summary>The tests have taken their objects away.</summary>
        public async Task DisposeAsync()
        {
            if (_client is null)
                return;
            await _client.DeleteBucketAsync(Bucket);
            _client.Dispose();
        }
    }
}
