using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;

namespace TaskMesh.Workers.BareMetal.OneShot;

/// <summary>
/// A task's results as JSON lines, each with its schema. What a checkpoint covers is written out before the checkpoint is, so a run that
/// goes on from it repeats a line at most, and never lacks one.
/// </summary>
internal sealed class ResultLines(OneShotTask task, string? checkpointFile, Stream output) : ITaskData, IAsyncDisposable
{
    private const int BufferBytes = 256 * 1024;

    private static readonly Dictionary<string, string> Schemas = new()
    {
        ["dns-scan"] = "dns",
        ["tcp-syn"] = "port",
        ["tls-scan"] = "certificate",
    };

    private readonly BufferedStream _output = new(output, BufferBytes);
    private readonly byte[] _begin = Begin(Schemas.GetValueOrDefault(task.Kind, task.Kind));

    public Task<JsonElement?> ReadResultAsync(Guid task, CancellationToken cancellation) => Task.FromResult<JsonElement?>(null);

    public IAsyncEnumerable<ChildResult> ReadChildrenAsync(string container, CancellationToken cancellation) =>
        throw new KeyNotFoundException($"A task on its own has no container '{container}'.");

    public Task<JsonElement?> ReadSharedAsync(string key, CancellationToken cancellation) => Task.FromResult<JsonElement?>(null);

    public Task WriteSharedAsync(string key, JsonElement value, CancellationToken cancellation) => Task.CompletedTask;

    public async Task AppendResultAsync(JsonElement part, CancellationToken cancellation)
    {
        foreach (var row in part.EnumerateArray())
            Write(_begin, row);
        await _output.FlushAsync(cancellation);
    }

    public async Task SaveCheckpointAsync(JsonElement checkpoint, CancellationToken cancellation)
    {
        if (checkpointFile is null)
            return;
        await _output.FlushAsync(cancellation);
        var state = JsonSerializer.SerializeToUtf8Bytes(
            new OneShotCheckpoint(task.Kind, task.Input, checkpoint), OneShotJson.Default.OneShotCheckpoint);
        // Never half a file, whenever the process dies.
        var fresh = $"{checkpointFile}.new";
        await File.WriteAllBytesAsync(fresh, state, cancellation);
        File.Move(fresh, checkpointFile, overwrite: true);
    }

    /// <summary>The task's own output, as the last line. The checkpoint has served.</summary>
    public void WriteEnd(JsonElement result)
    {
        Write(Begin($"{task.Kind}-summary"), result);
        if (checkpointFile is not null)
            File.Delete(checkpointFile);
    }

    /// <summary>How far a scan came that failed.</summary>
    public void WriteFailure(ScanCoverage? coverage)
    {
        if (coverage is not null)
            Write(Begin("scan-failure"), JsonSerializer.SerializeToElement(coverage, OneShotJson.Default.ScanCoverage));
    }

    public ValueTask DisposeAsync() => _output.DisposeAsync();

    private static byte[] Begin(string schema) => Encoding.ASCII.GetBytes($$"""{"schema":"taskmesh.{{schema}}.v1",""");

    private void Write(ReadOnlySpan<byte> begin, JsonElement row)
    {
        _output.Write(begin);
        _output.Write(JsonMarshal.GetRawUtf8Value(row)[1..]);
        _output.WriteByte((byte)'\n');
    }
}
