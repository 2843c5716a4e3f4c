using System.Text.Json;
using TaskMesh.Core.Messages;

namespace TaskMesh.Postgres.Manager;

/// <summary>What a task returned: here, or in the object store.</summary>
public sealed record StoredOutput(JsonElement? Data, ObjectReference? At);
