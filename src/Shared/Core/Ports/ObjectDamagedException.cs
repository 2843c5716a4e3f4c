namespace TaskMesh.Core.Ports;

/// <summary>An object is gone, or is not what its reference says.</summary>
public sealed class ObjectDamagedException(string message) : Exception(message);
