namespace TaskMesh.Core.Ports;

/// <summary>Public services that tasks may ask, by name; where each lives is a setting of the worker.</summary>
public interface IWebSource
{
    /// <param name="provider">A name from the worker's settings, such as "crt.sh". Its key goes with the request if the settings have one.</param>
    Task<WebAnswer> SendAsync(string provider, WebCall request, CancellationToken cancellation);

    /// <summary>The providers that share the work of one name, such as the scanners of a pool.</summary>
    IReadOnlyList<WebMember> MembersOf(string name);

    /// <param name="pathAndQuery">Below the provider's base address, beginning with "/".</param>
    Task<WebAnswer> GetAsync(string provider, string pathAndQuery, CancellationToken cancellation);
}

/// <param name="Method">As HTTP has it (RFC 9110).</param>
/// <param name="PathAndQuery">Below the provider's base address, beginning with "/".</param>
/// <param name="Body">JSON.</param>
public sealed record WebCall(string Method, string PathAndQuery, string? Body = null);

/// <param name="Name">Of a provider.</param>
/// <param name="Capacity">How much it does at once.</param>
public sealed record WebMember(string Name, int Capacity);

/// <param name="Status">The HTTP status code (RFC 9110).</param>
/// <param name="RetryAfter">When the provider asks to wait.</param>
public sealed record WebAnswer(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter);
