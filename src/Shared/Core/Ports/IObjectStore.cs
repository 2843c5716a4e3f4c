using TaskMesh.Core.Messages;

namespace TaskMesh.Core.Ports;

/// <summary>Keeps values that are too large for a message. External workers may only put below results/ and get below inputs/.</summary>
public interface IObjectStore
{
    /// <param name="folder">Where the object goes; its name is the digest of its content.</param>
    Task<ObjectReference> PutAsync(string folder, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <exception cref="ObjectDamagedException">It is not there, or not what was put.</exception>
    Task<ReadOnlyMemory<byte>> GetAsync(ObjectReference reference, CancellationToken cancellation);

    IAsyncEnumerable<ObjectListing> ListAsync(string prefix, CancellationToken cancellation);

    Task DeleteAsync(string key, CancellationToken cancellation);
}

public sealed record ObjectListing(string Key, DateTimeOffset StoredAt);
