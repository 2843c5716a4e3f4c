using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using TaskMesh.Core;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;

namespace TaskMesh.Aws;

/// <summary>The object store on S3. What it does not answer is the surroundings' fault and counts against no task.</summary>
public sealed class S3Objects(IAmazonS3 s3, string bucket) : IObjectStore
{
    public async Task<ObjectReference> PutAsync(string folder, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var reference = ObjectReference.To(bucket, folder, content.Span);
        var request = new PutObjectRequest
        {
            BucketName = bucket,
            Key = reference.Key,
            ContentType = "application/json",
            InputStream = StreamOf(content),
        };
        await AskAsync(() => s3.PutObjectAsync(request, cancellation));
        return reference;
    }

    public async Task<ReadOnlyMemory<byte>> GetAsync(ObjectReference reference, CancellationToken cancellation)
    {
        if (reference.Bucket != bucket || reference.Length is < 0 or > int.MaxValue)
            throw new ObjectDamagedException($"object {reference.Key} in {reference.Bucket} is not one of {bucket}");
        var content = await AskAsync(() => ReadAsync(reference, cancellation));
        return reference.Damage(content) is { } damage ? throw new ObjectDamagedException(damage) : content;
    }

    public async IAsyncEnumerable<ObjectListing> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix };
        do
        {
            var page = await AskAsync(() => s3.ListObjectsV2Async(request, cancellation));
            foreach (var found in page.S3Objects ?? [])
                yield return new(found.Key, new DateTimeOffset((found.LastModified ?? DateTime.MaxValue).ToUniversalTime()));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (request.ContinuationToken is not null);
    }

    public Task DeleteAsync(string key, CancellationToken cancellation) => AskAsync(() => s3.DeleteObjectAsync(bucket, key, cancellation));

    /// <summary>No more than the reference says is read, whatever the store sends: one byte more is enough to see the damage.</summary>
    private async Task<byte[]> ReadAsync(ObjectReference reference, CancellationToken cancellation)
    {
        using var response = await s3.GetObjectAsync(bucket, reference.Key, cancellation);
        await using var stream = response.ResponseStream;
        var content = new byte[reference.Length + 1];
        var read = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellation);
        return content.AsSpan(0, read).ToArray();
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            throw new ObjectDamagedException($"object store: {e.Message}");
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
        {
            throw new InfrastructureException($"object store: {e.Message}", e);
        }
    }

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> content) => MemoryMarshal.TryGetArray(content, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(content.ToArray(), writable: false);
}
