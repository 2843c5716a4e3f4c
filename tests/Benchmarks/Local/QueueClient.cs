using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;

namespace TaskMesh.Benchmarks.Local;

/// <summary>The least that a client of SQS can be, so that the server is what is measured: AWS JSON over connections that stay open.</summary>
internal sealed class QueueClient(Uri address) : IDisposable
{
    private const int Batch = 10;

    /// <summary>Of the size of a message of TaskMesh.</summary>
    private static readonly string Body = new('x', 512);

    private readonly HttpClient _http = new() { BaseAddress = address };

    /// <summary>Lets so many loops send, receive and delete for a while, and tells how many messages went all the way.</summary>
    public async Task<(int Messages, TimeSpan Took)> CarryAsync(string name, int loops, TimeSpan time, CancellationToken cancellation)
    {
        using var made = await CallAsync("CreateQueue", new { QueueName = name }, cancellation);
        var queue = made.RootElement.GetProperty("QueueUrl").GetString()!;
        var watch = Stopwatch.StartNew();
        var deleted = await Task.WhenAll(Enumerable.Range(0, loops).Select(_ => LoopAsync(queue, () => watch.Elapsed < time, cancellation)));
        var took = watch.Elapsed;
        using var gone = await CallAsync("DeleteQueue", new { QueueUrl = queue }, cancellation);
        return (deleted.Sum(), took);
    }

    public void Dispose() => _http.Dispose();

    private async Task<int> LoopAsync(string queue, Func<bool> goesOn, CancellationToken cancellation)
    {
        var send = new { QueueUrl = queue, Entries = Enumerable.Range(0, Batch).Select(i => new { Id = $"{i}", MessageBody = Body }).ToArray() };
        var receive = new { QueueUrl = queue, MaxNumberOfMessages = Batch };
        var deleted = 0;
        while (goesOn())
        {
            using var sent = await CallAsync("SendMessageBatch", send, cancellation);
            using var received = await CallAsync("ReceiveMessage", receive, cancellation);
            // Another loop may have been faster.
            if (!received.RootElement.TryGetProperty("Messages", out var messages) || messages.GetArrayLength() == 0)
                continue;
            var entries = messages.EnumerateArray()
                .Select((message, i) => new { Id = $"{i}", ReceiptHandle = message.GetProperty("ReceiptHandle").GetString() });
            using var done = await CallAsync("DeleteMessageBatch", new { QueueUrl = queue, Entries = entries.ToArray() }, cancellation);
            deleted += done.RootElement.GetProperty("Successful").GetArrayLength();
        }
        return deleted;
    }

    private async Task<JsonDocument> CallAsync<T>(string operation, T request, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
        using var message = new HttpRequestMessage(HttpMethod.Post, "/") { Content = content };
        message.Headers.Add("X-Amz-Target", $"AmazonSQS.{operation}");
        using var response = await _http.SendAsync(message, cancellation);
        response.EnsureSuccessStatusCode();
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellation);
        return JsonDocument.Parse(bytes.Length == 0 ? "{}"u8.ToArray() : bytes);
    }
}
