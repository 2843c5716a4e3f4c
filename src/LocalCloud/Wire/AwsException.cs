namespace TaskMesh.LocalCloud.Wire;

/// <summary>An answer that says no, in the words of the service.</summary>
/// <param name="code">The code of the Query protocol; the JSON protocol's type follows from it.</param>
/// <param name="status">The HTTP status.</param>
public sealed class AwsException(string code, string message, int status = 400) : Exception(message)
{
    public string Code => code;

    public int Status => status;
}
