using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Testing;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>What the contract of S3 leaves open, and what clients never send.</summary>
public sealed class ObjectStoreTests(StoreCluster store) : IClassFixture<StoreCluster>
{
    private const string Bucket = "data";

    [Fact]
    public async Task A_bucket_is_made_once()
    {
        await using var cloud = await StartAsync();
        using var s3 = Client(cloud);

        await s3.PutBucketAsync("more");
        var again = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => s3.PutBucketAsync("more"));
        await s3.HeadBucketAsync(new HeadBucketRequest { BucketName = "more" });

        Assert.Equal("BucketAlreadyOwnedByYou", again.ErrorCode);
    }

    [Theory]
    [InlineData("../../outside")]
    [InlineData("a//b/./c")]
    [InlineData("%2e%2e%2f")]
    [InlineData(".uploads")]
    public async Task Every_key_is_only_a_key(string key)
    {
        await using var cloud = await StartAsync();
        using var s3 = Client(cloud);

        await s3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, ContentBody = "x" });
        var listed = await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket });
        using var got = await s3.GetObjectAsync(Bucket, key);

        Assert.Equal(key, Assert.Single(listed.S3Objects).Key);
        Assert.Equal("x", await ReadAsync(got));
    }

    [Fact]
    public async Task Content_that_was_damaged_on_the_way_is_refused()
    {
        await using var cloud = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{Bucket}/k") { Content = new StringContent("damaged", Encoding.UTF8) };
        request.Headers.Add("x-amz-checksum-crc32", "AAAAAA==");

        using var response = await cloud.Http.SendAsync(request);
        using var got = await cloud.Http.GetAsync($"{Bucket}/k");

        Assert.Contains("<Code>BadDigest</Code>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, got.StatusCode);
    }

    private Task<CloudRig> StartAsync() => CloudRig.StartAsync(store, (empty, folder) => empty with
    {
        ObjectStore = new ObjectStoreConfiguration(folder.Of("objects"), [Bucket]),
    });

    private static IAmazonS3 Client(CloudRig cloud) => AwsTestClients.S3At(cloud.Endpoint);

    private static async Task<string> ReadAsync(GetObjectResponse response)
    {
        using var reader = new StreamReader(response.ResponseStream);
        return await reader.ReadToEndAsync();
    }
}
