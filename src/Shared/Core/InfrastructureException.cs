namespace TaskMesh.Core;

/// <summary>The surroundings failed, not the task: the database is down, a service is throttled. Never counts against a task.</summary>
public sealed class InfrastructureException(string message, Exception? inner = null) : Exception(message, inner);
