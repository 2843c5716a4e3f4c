using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>How servers are asked for their certificates.</summary>
/// <param name="SourceV4">Null where no target is of this family.</param>
/// <param name="FirstPort">Of two for each round of the order: for the first conversation with a server, and for a second one in TLS 1.3.</param>
/// <param name="Seed">Of the cookies.</param>
/// <param name="StartTls">What is spoken before TLS; null goes by the port.</param>
/// <param name="Patience">How long it may take to the certificate, and each step of an inventory.</param>
/// <param name="Window">How many questions the engine keeps open.</param>
public sealed record TlsProbeSettings(
    Address? SourceV4, Address? SourceV6, ushort FirstPort, ulong Seed, StartTls? StartTls, TimeSpan Patience, int Window)
{
    /// <summary>Of those behind the ones that certificates are asked from: enough for none to come again before it is forgotten.</summary>
    public const int InventoryPorts = 16;

    /// <summary>How often the patience an inventory may last, however many steps it has.</summary>
    private const int InventoryPatience = 10;

    /// <summary>Whether servers are asked, after that, what versions and ciphers they accept.</summary>
    public bool Ciphers { get; init; }

    /// <summary>With more conversations than this no new ones are begun.</summary>
    public int MostConversations { get; init; } = 4096;

    /// <summary>With more bytes of certificates than this that nobody has taken yet, no new conversations are begun.</summary>
    public long MostBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long an inventory may last.</summary>
    public TimeSpan LongestInventory => InventoryPatience * Patience;

    /// <summary>How long a server is talked to at most.</summary>
    public static TimeSpan LongestTalk(TimeSpan patience, bool ciphers) => (1 + (ciphers ? InventoryPatience : 0)) * patience;

    /// <summary>How many ports conversations are held from.</summary>
    public static int Ports(int rounds, bool ciphers) => (2 * rounds) + (ciphers ? InventoryPorts : 0);
}
