using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Recon;

/// <summary>What a server showed to a client that asked for a name.</summary>
/// <param name="Name">What was asked for; empty where none was.</param>
/// <param name="Detail">Why there is no certificate, in a few words; null where there is one.</param>
public sealed record TlsFinding(Address Address, ushort Port, string Name, TlsOutcome Outcome, string? Detail)
{
    /// <summary>Such as "TLS 1.2"; null where the server said none.</summary>
    public string? Version { get; init; }

    /// <summary>By its name in IANA's registry.</summary>
    public string? Cipher { get; init; }

    /// <summary>Fingerprint of the server's hello.</summary>
    public string? Ja3S { get; init; }

    /// <summary>What the server accepts, in the order in which it chose; null where that was not asked.</summary>
    public IReadOnlyList<TlsAccepted>? Accepted { get; init; }

    /// <summary>Fingerprint of all that; null where it was not asked.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>As the server sent it, its own certificate first. Nothing in it was verified.</summary>
    public IReadOnlyList<CertificateFacts> Chain { get; init; } = [];
}

/// <summary>Ciphers that a server accepts in a version.</summary>
/// <param name="Version">Such as "TLS 1.2".</param>
/// <param name="Ciphers">By their names in IANA's registry.</param>
public sealed record TlsAccepted(string Version, IReadOnlyList<string> Ciphers);

/// <summary>How a conversation ended with a server that took the connection.</summary>
public enum TlsOutcome
{
    Certificate,

    /// <summary>The server sent an alert.</summary>
    Alert,

    /// <summary>What came is no TLS, or not what the protocol allows.</summary>
    NotTls,

    /// <summary>Too little came in time.</summary>
    Timeout,

    /// <summary>The server ended the connection.</summary>
    Closed,
}

/// <summary>What a certificate says (RFC 5280). It is what somebody claims: nothing was verified.</summary>
/// <param name="Sha256">Of all its bytes, in lower-case hexadecimal.</param>
/// <param name="Names">Host names that it speaks for in their normal form, "*.example.com" among them; each once.</param>
/// <param name="OtherNames">Alternative names of other kinds, as "ip:192.0.2.1", "email:…", "uri:…".</param>
/// <param name="Key">Such as "RSA 2048" or "EC P-256".</param>
public sealed record CertificateFacts(
    string Sha256,
    string Subject,
    string Issuer,
    string Serial,
    IReadOnlyList<string> Names,
    IReadOnlyList<string> OtherNames,
    DateTimeOffset Begins,
    DateTimeOffset Expires,
    string Key,
    string SignatureAlgorithm);
