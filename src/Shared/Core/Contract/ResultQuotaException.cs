namespace TaskMesh.Core.Contract;

/// <summary>An attempt returns more than a task may; the same attempt again would too, so it is never retried.</summary>
public sealed class ResultQuotaException(string message) : Exception(message)
{
    public static ResultQuotaException Of(long bytes, long quota) =>
        new($"result: {bytes} bytes are more than a task may return ({quota})");
}
