namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>The numbers of TLS by the names that IANA's registries give them; a number without a name here is written in hexadecimal.</summary>
public static class TlsNames
{
    public const ushort Tls10 = 0x0301;
    public const ushort Tls11 = 0x0302;
    public const ushort Tls12 = 0x0303;
    public const ushort Tls13 = 0x0304;
    public const ushort Aes128GcmSha256 = 0x1301;
    public const ushort Aes256GcmSha384 = 0x1302;
    public const ushort ChaCha20Poly1305Sha256 = 0x1303;
    public const ushort Secp256R1 = 0x0017;
    public const ushort Secp384R1 = 0x0018;
    public const ushort X25519 = 0x001D;

    /// <summary>What is offered to servers of TLS 1.2 and earlier, in the order of today's browsers, with what old servers need behind it.</summary>
    public static IReadOnlyList<ushort> OfferedCiphers { get; } =
    [
        0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC009, 0xC013, 0xC00A, 0xC014, 0xC023, 0xC027, 0xC024, 0xC028, 0x009E, 0x009F,
        0x0033, 0x0039, 0x009C, 0x009D, 0x003C, 0x003D, 0x002F, 0x0035, 0x000A,
    ];

    /// <summary>What is offered in TLS 1.3.</summary>
    public static IReadOnlyList<ushort> OfferedCiphers13 { get; } = [Aes128GcmSha256, Aes256GcmSha384, ChaCha20Poly1305Sha256];

    /// <summary>Whether a cipher is one of TLS 1.3, and of no other version.</summary>
    public static bool IsOfTls13(ushort cipher) => cipher >> 8 == 0x13;

    private static readonly Dictionary<byte, string> Alerts = new()
    {
        [0] = "close_notify",
        [10] = "unexpected_message",
        [20] = "bad_record_mac",
        [40] = "handshake_failure",
        [47] = "illegal_parameter",
        [48] = "unknown_ca",
        [49] = "access_denied",
        [50] = "decode_error",
        [70] = "protocol_version",
        [71] = "insufficient_security",
        [80] = "internal_error",
        [86] = "inappropriate_fallback",
        [90] = "user_canceled",
        [109] = "missing_extension",
        [112] = "unrecognized_name",
        [116] = "certificate_required",
        [120] = "no_application_protocol",
    };

    public static string Version(ushort version) => version switch
    {
        0x0300 => "SSL 3.0",
        0x0301 => "TLS 1.0",
        0x0302 => "TLS 1.1",
        Tls12 => "TLS 1.2",
        Tls13 => "TLS 1.3",
        _ => $"0x{version:X4}",
    };

    public static string Cipher(ushort cipher) => CipherNames.All.GetValueOrDefault(cipher, $"0x{cipher:X4}");

    public static string Alert(byte description) => Alerts.GetValueOrDefault(description, $"alert {description}");
}
