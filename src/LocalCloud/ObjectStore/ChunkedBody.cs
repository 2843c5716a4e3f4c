using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace TaskMesh.LocalCloud.ObjectStore;

/// <summary>
/// The encoding "aws-chunked", in which SDKs upload what they sign or check on the way ("Signature calculations: transferring payload in
/// multiple chunks" in the S3 API reference). Chunk signatures are passed over: nobody's key is known here.
/// </summary>
/// <remarks>
/// <code>
/// 10000;chunk-signature=... CRLF  65536 bytes CRLF
/// 0;chunk-signature=...     CRLF
/// x-amz-checksum-crc32:...  CRLF  CRLF
/// </code>
/// </remarks>
public static class ChunkedBody
{
    private const int LongestLine = 4096;

    /// <summary>Copies the content and returns the trailing headers.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> CopyAsync(
        PipeReader body, Func<ReadOnlyMemory<byte>, ValueTask> write, CancellationToken cancellation)
    {
        while (true)
        {
            var header = await ReadLineAsync(body, cancellation) ?? throw S3Errors.IncompleteBody();
            if (!long.TryParse(header.Split(';')[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0)
                throw S3Errors.BadChunk();
            if (length == 0)
                return await ReadTrailersAsync(body, cancellation);
            await CopyChunkAsync(body, length, write, cancellation);
            if (await ReadLineAsync(body, cancellation) is not "")
                throw S3Errors.BadChunk();
        }
    }

    private static async Task CopyChunkAsync(
        PipeReader body, long length, Func<ReadOnlyMemory<byte>, ValueTask> write, CancellationToken cancellation)
    {
        while (length > 0)
        {
            var read = await body.ReadAsync(cancellation);
            var part = read.Buffer.Slice(0, Math.Min(length, read.Buffer.Length));
            foreach (var segment in part)
                await write(segment);
            length -= part.Length;
            body.AdvanceTo(part.End);
            if (length > 0 && read.IsCompleted)
                throw S3Errors.IncompleteBody();
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> ReadTrailersAsync(PipeReader body, CancellationToken cancellation)
    {
        var trailers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(body, cancellation) is { Length: > 0 } line)
        {
            if (line.Split(':', 2) is [var name, var value])
                trailers[name] = value.Trim();
        }
        return trailers;
    }

    /// <summary>A line without its end; null at the end of the body.</summary>
    private static async Task<string?> ReadLineAsync(PipeReader body, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellation);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.ASCII.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                body.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.Buffer.Length > LongestLine)
                throw S3Errors.BadChunk();
            if (read.IsCompleted)
                return null;
        }
    }
}
