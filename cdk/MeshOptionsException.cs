namespace TaskMesh.Cdk;

/// <summary>The context is wrong; each line of the message names a value and the rule that it breaks.</summary>
public sealed class MeshOptionsException(string message) : Exception(message);
