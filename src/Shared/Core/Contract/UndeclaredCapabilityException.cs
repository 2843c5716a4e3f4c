namespace TaskMesh.Core.Contract;

/// <summary>A task reached for a capability that its kind does not declare: a mistake in the kind, so never retried.</summary>
public sealed class UndeclaredCapabilityException(string kind, WorkerRequirements needed)
    : Exception($"'{kind}' used {needed} without declaring it.");
