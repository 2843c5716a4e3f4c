using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using TaskMesh.Testing.Contracts;

namespace TaskMesh.Testing.ObjectStore;

/// <summary>
/// What TaskMesh relies on in S3, as AWS documents it (https://docs.aws.amazon.com/AmazonS3/latest/API). A class per implementation derives from
/// it; what an implementation does otherwise stands as a list of deviations on that class.
/// </summary>
public abstract class ObjectContract(IObjectEndpoint endpoint) : IAsyncLifetime
{
    /// <summary>Before every key of this test.</summary>
    private readonly string _prefix = $"taskmesh-contract-{Guid.NewGuid():N}/";

    private IAmazonS3 S3 => endpoint.Client;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var about in (await S3.ListObjectsV2Async(List(_ => { }))).S3Objects ?? [])
            await S3.DeleteObjectAsync(endpoint.Bucket, about.Key);
    }

    [ContractFact]
    public async Task An_object_comes_back_with_its_type_metadata_and_digest()
    {
        var request = new PutObjectRequest { BucketName = endpoint.Bucket, Key = Key("b c+é.txt"), ContentBody = "content" };
        request.ContentType = "text/x-test";
        request.Metadata["owner"] = "mesh";

        var put = await S3.PutObjectAsync(request);
        using var got = await S3.GetObjectAsync(endpoint.Bucket, request.Key);
        var head = await S3.GetObjectMetadataAsync(endpoint.Bucket, request.Key);

        Assert.Equal("content", await ReadAsync(got));
        Assert.Equal(("text/x-test", "mesh"), (got.Headers.ContentType, got.Metadata["owner"]));
        Assert.Equal("\"9a0364b9e99bb480dd25e1f0284c8555\"", put.ETag);
        Assert.Equal((put.ETag, 7), (head.ETag, head.ContentLength));
    }

    [ContractFact]
    public async Task Content_of_any_length_comes_back()
    {
        foreach (var length in new[] { 0, 1, 65_536, 5_000_000 })
        {
            var content = new byte[length];
            new Random(length).NextBytes(content);

            await S3.PutObjectAsync(
                new PutObjectRequest { BucketName = endpoint.Bucket, Key = Key("k"), InputStream = new MemoryStream(content) });
            using var got = await S3.GetObjectAsync(endpoint.Bucket, Key("k"));
            var copy = new MemoryStream();
            await got.ResponseStream.CopyToAsync(copy);

            Assert.Equal(content, copy.ToArray());
        }
    }

    [ContractFact]
    public async Task A_range_gives_its_part()
    {
        await PutAsync("k", "0123456789");

        using var part = await S3.GetObjectAsync(Range(2, 4));
        var behind = await Assert.ThrowsAsync<AmazonS3Exception>(() => S3.GetObjectAsync(Range(10, 12)));

        Assert.Equal(("234", "bytes 2-4/10"), (await ReadAsync(part), part.ContentRange));
        Assert.Equal((HttpStatusCode.PartialContent, "InvalidRange"), (part.HttpStatusCode, behind.ErrorCode));
    }

    [ContractFact]
    public async Task An_object_is_replaced()
    {
        await PutAsync("k", "one");
        await PutAsync("k", "two");

        using var got = await S3.GetObjectAsync(endpoint.Bucket, Key("k"));

        Assert.Equal("two", await ReadAsync(got));
    }

    [ContractFact]
    public async Task An_object_that_the_caller_wants_new_is_not_replaced()
    {
        await PutAsync("k", "one");

        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => S3.PutObjectAsync(New("k")));
        await S3.PutObjectAsync(New("new"));
        using var got = await S3.GetObjectAsync(endpoint.Bucket, Key("k"));

        Assert.Equal(("PreconditionFailed", "one"), (refused.ErrorCode, await ReadAsync(got)));
    }

    [ContractFact]
    public async Task A_deleted_object_is_gone_and_may_be_deleted_again()
    {
        await PutAsync("k", "x");

        await S3.DeleteObjectAsync(endpoint.Bucket, Key("k"));
        await S3.DeleteObjectAsync(endpoint.Bucket, Key("k"));
        var gone = await Assert.ThrowsAsync<NoSuchKeyException>(() => S3.GetObjectAsync(endpoint.Bucket, Key("k")));

        Assert.Equal("NoSuchKey", gone.ErrorCode);
    }

    [ContractFact]
    public async Task A_bucket_that_does_not_exist_is_named_as_the_error()
    {
        var missing = $"taskmesh-contract-{Guid.NewGuid():N}";

        var refusal = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => S3.GetObjectAsync(missing, "k"));

        Assert.Equal("NoSuchBucket", refusal.ErrorCode);
    }

    [ContractFact]
    public async Task Objects_are_listed_in_order_by_prefix_and_page()
    {
        foreach (var key in new[] { "b/2", "a b&c", "b/1" })
            await PutAsync(key, "x");

        var first = await S3.ListObjectsV2Async(List(request => request.MaxKeys = 2));
        var rest = await S3.ListObjectsV2Async(List(request => request.ContinuationToken = first.NextContinuationToken));
        var folded = await S3.ListObjectsV2Async(List(request => request.Delimiter = "/"));

        Assert.Equal([Key("a b&c"), Key("b/1")], first.S3Objects.Select(about => about.Key));
        Assert.Equal([Key("b/2")], rest.S3Objects.Select(about => about.Key));
        Assert.Equal([Key("b/")], folded.CommonPrefixes);
    }

    private string Key(string name) => _prefix + name;

    private Task<PutObjectResponse> PutAsync(string name, string content) =>
        S3.PutObjectAsync(new PutObjectRequest { BucketName = endpoint.Bucket, Key = Key(name), ContentBody = content });

    private PutObjectRequest New(string name) =>
        new() { BucketName = endpoint.Bucket, Key = Key(name), ContentBody = "three", IfNoneMatch = "*" };

    private GetObjectRequest Range(long first, long last) =>
        new() { BucketName = endpoint.Bucket, Key = Key("k"), ByteRange = new ByteRange(first, last) };

    private ListObjectsV2Request List(Action<ListObjectsV2Request> change)
    {
        var request = new ListObjectsV2Request { BucketName = endpoint.Bucket, Prefix = _prefix };
        change(request);
        return request;
    }

    private static async Task<string> ReadAsync(GetObjectResponse response)
    {
        using var reader = new StreamReader(response.ResponseStream);
        return await reader.ReadToEndAsync();
    }
}
