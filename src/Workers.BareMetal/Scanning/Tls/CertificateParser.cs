using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>Reads certificates (X.509, RFC 5280) as servers really send them: encodings that DER forbids and BER allows are read too.</summary>
/// <remarks>
/// <code>
/// Certificate ::= SEQUENCE { tbsCertificate SEQUENCE { version [0], serial, signature, issuer, validity, subject, key, [1], [2],
///                                                      extensions [3] }, signatureAlgorithm, signature }
/// </code>
/// </remarks>
public static class CertificateParser
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const int LongestText = 1000;

    private static readonly Asn1Tag VersionTag = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 3, isConstructed: true);

    private static readonly Dictionary<string, string> Algorithms = new()
    {
        ["1.2.840.113549.1.1.1"] = "RSA",
        ["1.2.840.10045.2.1"] = "EC",
        ["1.2.840.10045.3.1.7"] = "P-256",
        ["1.3.132.0.34"] = "P-384",
        ["1.3.132.0.35"] = "P-521",
        ["1.3.101.112"] = "Ed25519",
        ["1.3.101.113"] = "Ed448",
        ["1.2.840.113549.1.1.4"] = "md5RSA",
        ["1.2.840.113549.1.1.5"] = "sha1RSA",
        ["1.2.840.113549.1.1.10"] = "RSA-PSS",
        ["1.2.840.113549.1.1.11"] = "sha256RSA",
        ["1.2.840.113549.1.1.12"] = "sha384RSA",
        ["1.2.840.113549.1.1.13"] = "sha512RSA",
        ["1.2.840.10045.4.1"] = "sha1ECDSA",
        ["1.2.840.10045.4.3.2"] = "sha256ECDSA",
        ["1.2.840.10045.4.3.3"] = "sha384ECDSA",
        ["1.2.840.10045.4.3.4"] = "sha512ECDSA",
    };

    /// <exception cref="TlsParseException">It is no certificate.</exception>
    public static CertificateFacts Parse(ReadOnlyMemory<byte> encoded)
    {
        try
        {
            return Read(encoded);
        }
        catch (Exception problem) when (problem is AsnContentException or CryptographicException or ArgumentException)
        {
            throw new TlsParseException("a certificate that cannot be read", problem);
        }
    }

    private static CertificateFacts Read(ReadOnlyMemory<byte> encoded)
    {
        var fields = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence().ReadSequence();
        if (fields.PeekTag() == VersionTag)
            fields.ReadEncodedValue();
        var serial = fields.ReadIntegerBytes();
        var signature = fields.ReadSequence().ReadObjectIdentifier();
        var issuer = fields.ReadEncodedValue();
        var validity = fields.ReadSequence();
        var (begins, expires) = (Time(validity), Time(validity));
        var subject = new X500DistinguishedName(fields.ReadEncodedValue().Span);
        var key = Key(fields.ReadSequence());
        var (names, others) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        AddCommonNames(subject, names);
        while (fields.HasData)
        {
            if (fields.PeekTag() == ExtensionsTag)
                AddAlternativeNames(fields.ReadSequence(ExtensionsTag).ReadSequence(), names, others);
            else
                fields.ReadEncodedValue();
        }
        return new(
            Convert.ToHexStringLower(SHA256.HashData(encoded.Span)),
            Clean(subject.Name),
            Clean(new X500DistinguishedName(issuer.Span).Name),
            Convert.ToHexStringLower(serial.Span[..Math.Min(serial.Length, 64)]),
            [.. names],
            [.. others],
            begins,
            expires,
            key,
            Algorithms.GetValueOrDefault(signature, signature));
    }

    private static DateTimeOffset Time(AsnReader validity) =>
        validity.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? validity.ReadUtcTime() : validity.ReadGeneralizedTime();

    /// <summary>SubjectPublicKeyInfo: SEQUENCE { SEQUENCE { algorithm, parameters }, key }.</summary>
    private static string Key(AsnReader info)
    {
        var identifier = info.ReadSequence();
        var oid = identifier.ReadObjectIdentifier();
        var algorithm = Algorithms.GetValueOrDefault(oid, oid);
        var bits = info.ReadBitString(out _);
        if (algorithm == "RSA")
        {
            var modulus = new AsnReader(bits, AsnEncodingRules.BER).ReadSequence().ReadIntegerBytes().Span.TrimStart((byte)0);
            return modulus.IsEmpty ? algorithm : $"RSA {(modulus.Length * 8) - byte.LeadingZeroCount(modulus[0])}";
        }
        if (algorithm != "EC" || !identifier.HasData || !identifier.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier))
            return algorithm;
        var curve = identifier.ReadObjectIdentifier();
        return $"EC {Algorithms.GetValueOrDefault(curve, curve)}";
    }

    /// <summary>Old certificates name their host there, and nowhere else.</summary>
    private static void AddCommonNames(X500DistinguishedName subject, SortedSet<string> names)
    {
        const string commonName = "2.5.4.3";
        foreach (var part in subject.EnumerateRelativeDistinguishedNames())
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == commonName && part.GetSingleElementValue() is { } value
                && value.Contains('.', StringComparison.Ordinal) && !IPAddress.TryParse(value, out _))
                AddName(value, names);
        }
    }

    private static void AddAlternativeNames(AsnReader extensions, SortedSet<string> names, SortedSet<string> others)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            if (extension.ReadObjectIdentifier() != SubjectAlternativeName)
                continue;
            if (extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean))
                extension.ReadBoolean();
            for (var list = new AsnReader(extension.ReadOctetString(), AsnEncodingRules.BER).ReadSequence(); list.HasData;)
                AddAlternativeName(list, names, others);
        }
    }

    private static void AddAlternativeName(AsnReader list, SortedSet<string> names, SortedSet<string> others)
    {
        const int email = 1, dns = 2, uri = 6, address = 7;
        var tag = list.PeekTag();
        if (tag.TagClass != TagClass.ContextSpecific || tag.IsConstructed)
        {
            list.ReadEncodedValue();
            return;
        }
        var content = list.ReadOctetString(tag);
        switch (tag.TagValue)
        {
            case email:
                others.Add($"email:{Clean(Encoding.UTF8.GetString(content))}");
                break;
            case dns:
                AddName(Encoding.UTF8.GetString(content), names);
                break;
            case uri:
                others.Add($"uri:{Clean(Encoding.UTF8.GetString(content))}");
                break;
            case address when content.Length is 4 or 16:
                others.Add($"ip:{Address.From(new IPAddress(content))}");
                break;
        }
    }

    private static void AddName(string text, SortedSet<string> names)
    {
        var isWildcard = text.StartsWith("*.", StringComparison.Ordinal);
        if (DomainName.Normalise(isWildcard ? text[2..] : text) is { } name)
            names.Add(isWildcard ? $"*.{name}" : name);
    }

    /// <summary>What others wrote goes to terminals and databases.</summary>
    private static string Clean(string text) =>
        string.Concat(text.Take(LongestText).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter));
}
