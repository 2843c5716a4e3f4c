namespace TaskMesh.Core.Recon;

public enum ReconType
{
    /// <summary>Short enough for an index.</summary>
    Text,

    LongText,

    /// <summary>A host name in its normal form.</summary>
    Name,

    Address,
    Port,
    Transport,

    /// <summary>A SHA-256 in lower-case hexadecimal.</summary>
    Digest,

    Flag,
    Time,
}

public static class ReconTypes
{
    public const int LongestText = 500;
    public const int LongestLongText = 100_000;

    public static string InWords(this ReconType type) => type switch
    {
        ReconType.Text => $"a text of at most {LongestText} characters without U+0000",
        ReconType.LongText => $"a text of at most {LongestLongText} characters without U+0000",
        ReconType.Name => "a host name",
        ReconType.Address => "an IPv4 or IPv6 address",
        ReconType.Port => "a port (0-65535)",
        ReconType.Transport => "tcp or udp",
        ReconType.Digest => "a SHA-256 as 64 lower-case hexadecimal digits",
        ReconType.Flag => "true or false",
        ReconType.Time => "a time (RFC 3339)",
    };

    public static bool IsText(this ReconType type) =>
        type is ReconType.Text or ReconType.LongText or ReconType.Name or ReconType.Transport or ReconType.Digest;
}
