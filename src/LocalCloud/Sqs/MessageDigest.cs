using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>
/// The MD5s, in lower-case hexadecimal, by which SQS and its clients compare bodies and attributes ("Calculating the MD5 message
/// digest for message attributes" in the SQS Developer Guide).
/// </summary>
/// <remarks>
/// Attributes in the order of their names, each as
/// <code>
/// length (4 bytes, big endian) name | length, data type | 1 = text, 2 = binary | length, value
/// </code>
/// </remarks>
public static class MessageDigest
{
    private const byte TextValue = 1;
    private const byte BinaryValue = 2;

    public static string Of(string body) =>
        Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, Encoding.UTF8.GetBytes(body)));

    /// <summary>Null where there are no attributes.</summary>
    public static string? Of(IReadOnlyDictionary<string, MessageAttributeValue>? attributes)
    {
        if (attributes is null or { Count: 0 })
            return null;
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        foreach (var (name, value) in attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
        {
            Append(digest, Encoding.UTF8.GetBytes(name));
            Append(digest, Encoding.UTF8.GetBytes(value.DataType ?? ""));
            digest.AppendData([value.IsBinary ? BinaryValue : TextValue]);
            Append(digest, value.IsBinary ? value.BinaryValue ?? [] : Encoding.UTF8.GetBytes(value.StringValue ?? ""));
        }
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    private static void Append(IncrementalHash digest, byte[] bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        digest.AppendData(length);
        digest.AppendData(bytes);
    }
}
