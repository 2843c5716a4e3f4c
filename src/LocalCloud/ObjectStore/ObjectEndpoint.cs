using System.Globalization;
using System.IO.Enumeration;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.ObjectStore;

/// <summary>The subset of S3 that programs use to keep files: objects, buckets, lists; in path style, without versions and without parts.</summary>
public sealed class ObjectEndpoint(FileObjects objects, CloudIds ids, TimeProvider clock)
{
    private const string Crc32Header = "x-amz-checksum-crc32";
    private const int MostKeys = 1000;

    private static readonly XNamespace Names = "http://s3.amazonaws.com/doc/2006-03-01/";

    /// <summary>Beside the user's own metadata ("x-amz-meta-...") and the checksum.</summary>
    private static readonly string[] KeptHeaders = ["Content-Type", "Content-Disposition", "Content-Language", "Cache-Control"];

    private static readonly HashSet<string> KnownQueries =
        ["x-id", "list-type", "prefix", "delimiter", "max-keys", "start-after", "continuation-token", "encoding-type", "fetch-owner"];

    public async Task HandleAsync(HttpContext context, CancellationToken cancellation)
    {
        var id = ids.Uuid();
        context.Response.Headers["x-amz-request-id"] = id.ToString();
        try
        {
            await RouteAsync(context, cancellation);
        }
        catch (AwsException error) when (HttpMethods.IsHead(context.Request.Method) || error.Status == StatusCodes.Status304NotModified)
        {
            context.Response.StatusCode = error.Status;
        }
        catch (AwsException error)
        {
            var body = new XElement("Error", new XElement("Code", error.Code), new XElement("Message", error.Message), new XElement("RequestId", id));
            await context.Response.WriteXmlAsync(error.Status, body, "application/xml");
        }
    }

    private Task RouteAsync(HttpContext context, CancellationToken cancellation)
    {
        var request = context.Request;
        var (bucket, key) = Path(context);
        if (request.Query.Keys.FirstOrDefault(query => !KnownQueries.Contains(query)) is { } unknown)
            throw S3Errors.NotImplemented(unknown);
        if (key.Length == 0 && HttpMethods.IsPut(request.Method))
            return CreateBucket(context, bucket);
        if (!objects.HasBucket(bucket))
            throw S3Errors.NoSuchBucket();
        return (request.Method, key.Length > 0) switch
        {
            ("HEAD", false) => Task.CompletedTask,
            ("GET", false) when request.Query["list-type"] == "2" => ListAsync(context, bucket),
            ("PUT", true) => PutAsync(context, bucket, key, cancellation),
            ("GET" or "HEAD", true) => GetAsync(context, bucket, key, cancellation),
            ("DELETE", true) => Delete(context, bucket, key),
            _ => throw S3Errors.NotImplemented(request.Method),
        };
    }

    private Task CreateBucket(HttpContext context, string bucket)
    {
        if (!objects.CreateBucket(bucket))
            throw S3Errors.BucketExists();
        context.Response.Headers.Location = $"/{bucket}";
        return Task.CompletedTask;
    }

    private async Task PutAsync(HttpContext context, string bucket, string key, CancellationToken cancellation)
    {
        var headers = context.Request.Headers;
        if (headers.ContainsKey("x-amz-copy-source"))
            throw S3Errors.NotImplemented("x-amz-copy-source");
        if (headers.IfNoneMatch.Count > 0 && headers.IfNoneMatch != "*")
            throw S3Errors.NotImplemented("If-None-Match");
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        await using var upload = objects.BeginUpload();
        var kept = Kept(headers);
        foreach (var (name, value) in await ReceiveAsync(context.Request, upload, cancellation))
            kept[name] = value;
        if ((kept.TryGetValue(Crc32Header, out var crc32) && crc32 != upload.Crc32Text())
            || (headers.ContentMD5.Count > 0 && headers.ContentMD5 != Convert.ToBase64String(upload.Md5())))
            throw S3Errors.BadDigest();
        var about = new StoredObject(key, upload.Length, Convert.ToHexStringLower(upload.Md5()), clock.GetUtcNow(), kept);
        await objects.CompleteAsync(upload, bucket, about, overwrite: headers.IfNoneMatch.Count == 0, cancellation);
        context.Response.Headers.ETag = about.QuotedETag;
        if (crc32 is not null)
            context.Response.Headers[Crc32Header] = crc32;
    }

    /// <summary>Writes the content to the upload and returns what trailing headers say about it.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> ReceiveAsync(
        HttpRequest request, ObjectUpload upload, CancellationToken cancellation)
    {
        if (request.Headers["x-amz-content-sha256"].ToString().StartsWith("STREAMING-", StringComparison.Ordinal))
        {
            var trailers = await ChunkedBody.CopyAsync(request.BodyReader, upload.WriteAsync, cancellation);
            var announced = request.Headers["x-amz-decoded-content-length"].ToString();
            if (announced.Length > 0 && announced != upload.Length.ToString(CultureInfo.InvariantCulture))
                throw S3Errors.IncompleteBody();
            return trailers.Where(trailer => IsChecksum(trailer.Key)).ToDictionary();
        }
        while (await request.BodyReader.ReadAsync(cancellation) is var read)
        {
            foreach (var segment in read.Buffer)
                await upload.WriteAsync(segment);
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }
        return new Dictionary<string, string>();
    }

    private async Task GetAsync(HttpContext context, string bucket, string key, CancellationToken cancellation)
    {
        var (about, content) = objects.Open(bucket, key) ?? throw S3Errors.NoSuchKey();
        await using var closing = content;
        var (request, response) = (context.Request, context.Response);
        response.Headers.ETag = about.QuotedETag;
        response.Headers.LastModified = about.Modified.ToString("R", CultureInfo.InvariantCulture);
        if (request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries).Any(known => known == "*" || known == about.QuotedETag))
            throw new AwsException("NotModified", "", StatusCodes.Status304NotModified);
        response.Headers.AcceptRanges = "bytes";
        var range = ByteRange.Parse(request.Headers.Range.Count > 0 ? request.Headers.Range.ToString() : null, about.Size);
        // A checksum is that of the whole: a client would compare it with the part.
        var wantsChecksum = range is null && request.Headers["x-amz-checksum-mode"] == "ENABLED";
        foreach (var (name, value) in about.Headers.Where(header => wantsChecksum || !IsChecksum(header.Key)))
            response.Headers[name] = value;
        var part = range ?? new ByteRange(0, about.Size - 1);
        response.StatusCode = range is null ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;
        response.ContentLength = part.Length;
        if (range is not null)
            response.Headers.ContentRange = $"bytes {part.First}-{part.Last}/{about.Size}";
        if (!HttpMethods.IsGet(request.Method))
            return;
        content.Seek(part.First, SeekOrigin.Begin);
        await StreamCopyOperation.CopyToAsync(content, response.Body, part.Length, cancellation);
    }

    private Task Delete(HttpContext context, string bucket, string key)
    {
        objects.Delete(bucket, key);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task ListAsync(HttpContext context, string bucket)
    {
        var query = context.Request.Query;
        var most = query.ContainsKey("max-keys") ? WholeNumber.Parse(query["max-keys"]) ?? throw S3Errors.Argument("max-keys") : MostKeys;
        var after = query.ContainsKey("continuation-token") ? Token(query["continuation-token"].ToString()) : query["start-after"].ToString();
        var page = ObjectListing.Of(objects.All(bucket), query["prefix"].ToString(), query["delimiter"].ToString(), after, Math.Min(most, MostKeys));
        var encode = query["encoding-type"] == "url" ? Uri.EscapeDataString : (Func<string, string>)(text => text);
        var body = new XElement(
            Names + "ListBucketResult",
            Text("Name", bucket),
            Text("Prefix", encode(query["prefix"].ToString())),
            Text("MaxKeys", most),
            Text("KeyCount", page.Objects.Count + page.Prefixes.Count),
            Text("IsTruncated", page.Next is not null),
            query.ContainsKey("delimiter") ? Text("Delimiter", encode(query["delimiter"].ToString())) : null,
            query.ContainsKey("encoding-type") ? Text("EncodingType", "url") : null,
            page.Next is { } next ? Text("NextContinuationToken", Convert.ToBase64String(Encoding.UTF8.GetBytes(next))) : null,
            page.Objects.Select(about => new XElement(
                Names + "Contents",
                Text("Key", encode(about.Key)),
                Text("LastModified", about.Modified.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
                Text("ETag", about.QuotedETag),
                Text("Size", about.Size),
                Text("StorageClass", "STANDARD"))),
            page.Prefixes.Select(prefix => new XElement(Names + "CommonPrefixes", Text("Prefix", encode(prefix)))));
        return context.Response.WriteXmlAsync(StatusCodes.Status200OK, body, "application/xml");
    }

    /// <summary>From the request line as it came: the server's own path has dots resolved and slashes left encoded, and keys have both.</summary>
    private static (string Bucket, string Key) Path(HttpContext context)
    {
        var path = context.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0].TrimStart('/');
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (path, "") : (path[..slash], Uri.UnescapeDataString(path[(slash + 1)..]));
    }

    private static Dictionary<string, string> Kept(IHeaderDictionary headers) => headers
        .Where(header => KeptHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase)
            || header.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase) || IsChecksum(header.Key))
        .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    private static bool IsChecksum(string header) => FileSystemName.MatchesSimpleExpression("x-amz-checksum-*", header)
        && !FileSystemName.MatchesSimpleExpression("*-algorithm", header);

    private static string Token(string text)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(text));
        }
        catch (FormatException)
        {
            throw S3Errors.Argument("continuation-token");
        }
    }

    private static XElement Text(string name, object value) => new(Names + name, value);
}
