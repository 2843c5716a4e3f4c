using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>How servers are asked for their certificates.</summary>
/// <param name="SourceV4">Null where no target is of this family.</param>
/// <param name="FirstPort">Of two for each round of the order: for the first conversation with a server, and for a second one in TLS 1.3.</param>
/// <param name="Seed">Of the cookies.</param>
/// <param name="StartTls">What is spoken before TLS; null goes by the port.</param>
/// <param name="Patience">How long one conversation may last.</param>
/// <param name="Window">How many questions the engine keeps open.</param>
public sealed record TlsProbeSettings(
    Address? SourceV4, Address? SourceV6, ushort FirstPort, ulong Seed, StartTls? StartTls, TimeSpan Patience, int Window)
{
    /// <summary>With more conversations than this no new ones are begun.</summary>
    public int MostConversations { get; init; } = 4096;

    /// <summary>With more bytes of certificates than this that nobody has taken yet, no new conversations are begun.</summary>
    public long MostBytes { get; init; } = 64 * 1024 * 1024;
}
