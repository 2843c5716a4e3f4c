using System.Security.Cryptography;

namespace TaskMesh.Core.Messages;

/// <summary>Where a value is that is too large for a message. Whoever reads it holds it against length and digest.</summary>
/// <param name="Sha256">In lower-case hexadecimal.</param>
public sealed record ObjectReference(string Bucket, string Key, long Length, string Sha256)
{
    /// <summary>The same content has the same digest, so two runs of one attempt never overwrite each other's result.</summary>
    public static ObjectReference To(string bucket, string folder, ReadOnlySpan<byte> content)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        return new(bucket, $"{folder}{digest}", content.Length, digest);
    }

    /// <summary>Where an attempt puts what it returns. Only there may its report point.</summary>
    public static string ResultFolder(Guid task, int attempt) => $"results/{task}/{attempt}/";

    public static string InputFolder(Guid task, int attempt) => $"inputs/{task}/{attempt}/";

    /// <summary>The task that an object belongs to; null if it belongs to none.</summary>
    public static Guid? TaskOf(string key) =>
        key.Split('/') is ["results" or "inputs", var task, _, _] && Guid.TryParse(task, out var id) ? id : null;

    public bool IsIn(string? bucket, string folder) =>
        Bucket == bucket && Key.StartsWith(folder, StringComparison.Ordinal) && Length >= 0;

    /// <summary>What is wrong with what was read, or null.</summary>
    public string? Damage(ReadOnlySpan<byte> content)
    {
        if (content.Length != Length)
            return $"object {Key} has {content.Length} bytes, not {Length}";
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        return digest == Sha256 ? null : $"object {Key} has the SHA-256 {digest}, not {Sha256}";
    }
}
