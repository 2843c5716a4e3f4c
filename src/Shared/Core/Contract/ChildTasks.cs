using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Contract;

/// <summary>
/// What a generator makes its children with: numbers them, packs them into messages, and counts them for the declaration. A generator that
/// runs again makes the same children as long as it adds the same kinds in the same order.
/// </summary>
public sealed class ChildTasks(RunTask run, IManagerQueue queue, CancellationToken cancellation)
{
    /// <summary>Ten messages, the most that SQS takes at once, stay within its limit of 1 MiB.</summary>
    private const int MostBytes = 96 * 1024;

    private const int MostMessages = 10;

    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    private readonly List<CreateTask> _messages = [];
    private readonly List<JsonElement> _inputs = [];
    private string? _kind;
    private int _bytes;

    /// <summary>What was added so far.</summary>
    public ChildCount Made { get; private set; }

    public async Task AddAsync(string kind, JsonElement input)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(input, MessageJson.Default.JsonElement).Length;
        if (kind != _kind || _inputs.Count == Generated.MostPerMessage || (_inputs.Count > 0 && _bytes + bytes > MostBytes))
            await PackAsync();
        _kind = kind;
        _bytes += bytes;
        _inputs.Add(input);
        Count(kind);
    }

    /// <summary>Adds children that differ by their ordinal only: whatever their number, the messages stay small.</summary>
    /// <param name="template">{"$ordinal": true} stands for the ordinal.</param>
    public async Task AddAsync(string kind, JsonElement template, int count)
    {
        await PackAsync();
        for (var left = count; left > 0; left -= Generated.MostPerMessage)
        {
            var part = Math.Min(left, Generated.MostPerMessage);
            var first = Made.Count;
            for (var i = 0; i < part; i++)
                Count(kind);
            await QueueAsync(Message(kind, template, new Generated(run.Collection, run.Id, first, Count: part)));
        }
    }

    /// <summary>Sends what is left and tells what to declare.</summary>
    internal async Task<ChildCount> DeclareAsync()
    {
        await PackAsync();
        await SendAsync();
        return Made;
    }

    private void Count(string kind) => Made += ChildCount.Of(DerivedId.OfChild(run.Collection, run.Id, kind, Made.Count));

    private async Task PackAsync()
    {
        if (_inputs.Count == 0)
            return;
        var generated = new Generated(run.Collection, run.Id, Made.Count - _inputs.Count, Inputs: [.. _inputs]);
        _inputs.Clear();
        _bytes = 0;
        await QueueAsync(Message(_kind!, Nothing, generated));
    }

    private CreateTask Message(string kind, JsonElement input, Generated generated) => new(
        kind, input, Organisation: run.Organisation, Generated: generated)
    {
        Id = DerivedId.OfChild(run.Collection, run.Id, kind, generated.Ordinal),
        TraceId = run.TraceId,
    };

    private async Task QueueAsync(CreateTask message)
    {
        _messages.Add(message);
        if (_messages.Count == MostMessages)
            await SendAsync();
    }

    private async Task SendAsync()
    {
        if (_messages.Count > 0)
            await queue.SendAsync([.. _messages], cancellation);
        _messages.Clear();
    }
}
