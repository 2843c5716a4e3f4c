using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TaskMesh.LocalCloud.ObjectStore;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.Unit.LocalCloud.ObjectStore;

public class ChunkedBodyTests
{
    [Fact]
    public async Task Signed_chunks_give_their_content_and_trailers()
    {
        var (content, trailers) = await ReadAsync(
            "4;chunk-signature=ab\r\nWiki\r\n5;chunk-signature=cd\r\npe\r\ni\r\n0;chunk-signature=ef\r\n"
            + "x-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:12\r\n\r\n");

        Assert.Equal("Wikipe\r\ni", content);
        Assert.Equal("AAAAAA==", trailers["X-Amz-Checksum-Crc32"]);
    }

    [Fact]
    public void Chunks_of_any_bytes_read_back() => Check.QuickThrowOnFailure(Prop.ForAll<byte[][]>(async chunks =>
    {
        var body = new MemoryStream();
        foreach (var chunk in chunks.Where(chunk => chunk is { Length: > 0 }))
            body.Write([.. Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"), .. chunk, .. "\r\n"u8]);
        body.Write("0\r\n\r\n"u8);

        var (content, _) = await ReadAsync(body.ToArray());

        Assert.Equal([.. chunks.Where(chunk => chunk is not null).SelectMany(chunk => chunk)], content);
    }));

    [Theory]
    [InlineData("zz\r\n", "InvalidRequest")]
    [InlineData("-1\r\n", "InvalidRequest")]
    [InlineData("4\r\nWikiXX", "InvalidRequest")]
    [InlineData("5\r\nWiki", "IncompleteBody")]
    [InlineData("4", "IncompleteBody")]
    public async Task A_broken_body_is_refused(string body, string code) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<AwsException>(() => ReadAsync(body))).Code);

    [Fact]
    public async Task A_line_without_end_is_refused() =>
        Assert.Equal("InvalidRequest", (await Assert.ThrowsAsync<AwsException>(() => ReadAsync(new string('1', 100_000)))).Code);

    private static async Task<(string Content, IReadOnlyDictionary<string, string> Trailers)> ReadAsync(string body)
    {
        var (content, trailers) = await ReadAsync(Encoding.ASCII.GetBytes(body));
        return (Encoding.ASCII.GetString(content), trailers);
    }

    private static async Task<(byte[] Content, IReadOnlyDictionary<string, string> Trailers)> ReadAsync(byte[] body)
    {
        var content = new MemoryStream();
        var trailers = await ChunkedBody.CopyAsync(
            PipeReader.Create(new MemoryStream(body), new StreamPipeReaderOptions(bufferSize: 7)),
            bytes => content.WriteAsync(bytes),
            CancellationToken.None);
        return (content.ToArray(), trailers);
    }
}
