using System.Text.Json;

namespace TaskMesh.Core.Messages;

/// <summary>What a dead letter keeps of a task, so that it can be done again.</summary>
/// <param name="Sources">The task behind each name that the input's $from references use.</param>
public sealed record DeadTask(
    string? Name,
    JsonElement Input,
    IReadOnlyDictionary<string, string>? Labels,
    IReadOnlyDictionary<string, Guid>? Sources,
    TaskTimeouts? Timeouts);
