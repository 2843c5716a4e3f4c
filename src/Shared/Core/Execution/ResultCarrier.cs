using System.Runtime.InteropServices;
using System.Text.Json;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Execution;

/// <summary>
/// How results and inputs travel: within a message while they are small, by reference to the object store when they are not, refused beyond the
/// quota. A result that no report can carry would run again and again.
/// </summary>
public sealed class ResultCarrier(IObjectStore? objects, ResultLimits limits)
{
    /// <summary>Characters outside ASCII are written as six bytes.</summary>
    private const int MostGrowth = 6;

    public async Task<TaskOutcome> CarryAsync(RunTask run, TaskOutcome outcome, CancellationToken cancellation)
    {
        if (outcome is not TaskOutcome.Succeeded { Data: { } data })
            return outcome;
        var raw = JsonMarshal.GetRawUtf8Value(data).Length;
        if (!FitsDepth(data))
            return new TaskOutcome.Failed(ErrorClass.Fatal, $"result: nested deeper than {ResultLimits.MostLevels} levels");
        if (raw <= limits.InlineBytes / MostGrowth)
            return outcome;
        if (raw > limits.QuotaBytes)
            throw ResultQuotaException.Of(raw, limits.QuotaBytes);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(data, MessageJson.Default.JsonElement);
        if (bytes.Length <= limits.InlineBytes)
            return outcome;
        if (bytes.Length > limits.QuotaBytes)
            throw ResultQuotaException.Of(bytes.Length, limits.QuotaBytes);
        return objects is null
            ? new TaskOutcome.Failed(ErrorClass.Fatal, $"result: {bytes.Length} bytes need an object store, and this worker has none")
            : new TaskOutcome.Succeeded(DataAt: await objects.PutAsync(ObjectReference.ResultFolder(run.Id, run.Attempt), bytes, cancellation));
    }

    /// <summary>The attempt with its input, wherever that is.</summary>
    public async Task<RunTask> FetchInputAsync(RunTask run, CancellationToken cancellation)
    {
        if (run.InputAt is not { } reference)
            return run;
        if (objects is null)
            throw new InvalidOperationException("The input is in the object store, and this worker has none.");
        var content = await objects.GetAsync(reference, cancellation);
        return run with { Input = JsonElement.Parse(content.Span), InputAt = null };
    }

    private static bool FitsDepth(JsonElement data)
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(data), new JsonReaderOptions { MaxDepth = ResultLimits.MostLevels });
        try
        {
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
