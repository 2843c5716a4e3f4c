using System.Net;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using TaskMesh.LocalCloud.Configuration;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>The object store as AWSSDK.S3 sees it: signed, checked, in chunks with trailing checksums.</summary>
public sealed class ObjectStoreTests(StoreCluster store) : IClassFixture<StoreCluster>
{
    private const string Bucket = "data";

    [Fact]
    public async Task An_object_comes_back_with_its_type_metadata_and_digest()
    {
        await using var cloud = await StartAsync();
        using var s3 = Client(cloud);
        var request = new PutObjectRequest { BucketName = Bucket, Key = "a/b c+é.txt", ContentBody = "content", ContentType = "text/x-test" };
        request.Metadata["owner"] = "mesh";

        var put = await s3.PutObjectAsync(request);
        using var got = await s3.GetObjectAsync(Bucket, "a/b c+é.txt");
        var head = await s3.GetObjectMetadataAsync(Bucket, "a/b c+é.txt");

        Assert.Equal("content", await ReadAsync(got));
        Assert.Equal(("text/x-test", "mesh"), (got.Headers.ContentType, got.Metadata["owner"]));
        Assert.Equal("\"9a0364b9e99bb480dd25e1f0284c8555\"", put.ETag);
        Assert.Equal((put.ETag, 7), (head.ETag, head.ContentLength));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(5_000_000)]
    public async Task Content_of_any_length_comes_back(int length)
    {
        await using var cloud = await StartAsync();
        using var s3 = Client(cloud);
        var content = new byte[length];
        new Random(length).NextBytes(content);

        await s3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = "k", InputStream = new MemoryStream(content) });
        using var got = await s3.GetObjectAsync(Bucket, "k");
        var copy = new MemoryStream();
        await got.ResponseStream.CopyToAsync(copy);

        Assert.Equal(content, copy.ToArray());
    }

    [Fact]
    public async Task A_range_gives_its_part()
    {
        await using var cloud = await StartAsync();
        using var s3 = Client(cloud);
        await PutAsync(s3, "k", "0123456789");

        using var part = await s3.GetObjectAsync(new GetObjectRequest { BucketName = Bucket, Key = "k", ByteRange = new ByteRange(2, 4) });
        var behind = await Assert.ThrowsAsync<AmazonS3Exception>(
            () => s3.GetObjectAsync(new GetObjectRequest { BucketName = Bucket, Key = "k", ByteRange = new ByteRange(10, 12) }));

        Assert.Equal(("234", "bytes 2-4/10"), (await ReadAsync(part), part.ContentRange));
        Assert.Equal(HttpStatusCode.PartialContent, part.HttpStatusCode);
        Assert.Equal("InvalidRange", behind.ErrorCode);
    }

    [Fact]
    public async Task An_object_is_replaced_unless_the_caller_wants_it_new()
    {
        await using var cloud = await StartAsync();
        using var s3 = Client(cloud);
        await PutAsync(s3, "k", "one");
        await PutAsync(s3, "k", "two");

        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(
            () => s3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = "k", ContentBody = "three", IfNoneMatch = "*" }));
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = "new", ContentBody = "three", IfNoneMatch = "*" });
        using var got = await s3.GetObjectAsync(Bucket, "k");

        Assert.Equal("PreconditionFailed", refused.ErrorCode);
        Assert.Equal("two", await ReadAsync(got));
    }

    [Fact]
    public async Task A_deleted_object_is_gone_and_may_be_deleted_again()
    {
        await using var cloud = await StartAsync();
        using var s3 = Client(cloud);
        await PutAsync(s3, "k", "x");

        await s3.DeleteObjectAsync(Bucket, "k");
        await s3.DeleteObjectAsync(Bucket, "k");
        var gone = await Assert.ThrowsAsync<NoSuchKeyException>(() => s3.GetObjectAsync(Bucket, "k"));
        var noBucket = await Assert.ThrowsAsync<AmazonS3Exception>(() => s3.GetObjectAsync("other", "k"));

        Assert.Equal(("NoSuchKey", "NoSuchBucket"), (gone.ErrorCode, noBucket.ErrorCode));
    }

    [Fact]
    public async Task Objects_are_listed_in_order_by_prefix_and_page()
    {
        await using var cloud = await StartAsync();
        using var s3 = Client(cloud);
        foreach (var key in new[] { "b/2", "a b&c", "b/1" })
            await PutAsync(s3, key, "x");

        var all = await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, MaxKeys = 2 });
        var rest = await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, ContinuationToken = all.NextContinuationToken });
        var folded = await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, Delimiter = "/" });

        Assert.Equal(["a b&c", "b/1"], all.S3Objects.Select(about => about.Key));
        Assert.Equal(["b/2"], rest.S3Objects.Select(about => about.Key));
        Assert.Equal(["b/"], folded.CommonPrefixes);
    }

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

        await PutAsync(s3, key, "x");
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

    private static AmazonS3Client Client(CloudRig cloud) => new(
        new BasicAWSCredentials("any", "any"),
        new AmazonS3Config { ServiceURL = cloud.Endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = "eu-west-1", MaxErrorRetry = 0 });

    private static Task<PutObjectResponse> PutAsync(AmazonS3Client s3, string key, string content) =>
        s3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, ContentBody = content });

    private static async Task<string> ReadAsync(GetObjectResponse response)
    {
        using var reader = new StreamReader(response.ResponseStream);
        return await reader.ReadToEndAsync();
    }
}
