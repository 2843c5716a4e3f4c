using System.Text.Json;

namespace TaskMesh.Core.Contract;

/// <summary>What a task that has yielded keeps of what is left, and what others get of it: together all of it, and nothing twice.</summary>
/// <param name="Checkpoint">Where the task itself goes on, and how far.</param>
/// <param name="Inputs">Of further tasks of its kind.</param>
public sealed record TaskCut(JsonElement Checkpoint, IReadOnlyList<JsonElement> Inputs);

/// <summary>Shares what is left of a task.</summary>
/// <param name="checkpoint">With which it has yielded.</param>
/// <returns>Null where too little is left.</returns>
public delegate TaskCut? CutTask(JsonElement input, JsonElement checkpoint);
