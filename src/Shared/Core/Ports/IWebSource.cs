namespace TaskMesh.Core.Ports;

/// <summary>Public services that tasks may ask, by name; where each lives is a setting of the worker.</summary>
public interface IWebSource
{
    /// <param name="provider">A name from the worker's settings, such as "crt.sh".</param>
    /// <param name="pathAndQuery">Below the provider's base address, beginning with "/".</param>
    Task<WebAnswer> GetAsync(string provider, string pathAndQuery, CancellationToken cancellation);
}

/// <param name="Status">The HTTP status code (RFC 9110).</param>
/// <param name="RetryAfter">When the provider asks to wait.</param>
public sealed record WebAnswer(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter);
