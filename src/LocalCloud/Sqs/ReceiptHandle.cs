using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>
/// One receive of one message. The count of receives makes the handle of an earlier receive stale, and the store alone remembers it,
/// so handles stay good when LocalCloud starts again.
/// </summary>
/// <param name="Message">The message's number in the store.</param>
public readonly record struct ReceiptHandle(int Queue, long Message, int Receives)
{
    private const int DataLength = 16;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[DataLength + sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, Queue);
        BinaryPrimitives.WriteInt64BigEndian(bytes[4..], Message);
        BinaryPrimitives.WriteInt32BigEndian(bytes[12..], Receives);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[DataLength..], Crc32.Append(0, bytes[..DataLength]));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>False for what this service never issued.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ReceiptHandle handle)
    {
        Span<byte> bytes = stackalloc byte[DataLength + sizeof(uint)];
        handle = default;
        if (text is null || !Base64Url.IsValid(text, out var length) || length != bytes.Length)
            return false;
        Base64Url.DecodeFromChars(text, bytes);
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes[DataLength..]) != Crc32.Append(0, bytes[..DataLength]))
            return false;
        handle = new ReceiptHandle(
            BinaryPrimitives.ReadInt32BigEndian(bytes),
            BinaryPrimitives.ReadInt64BigEndian(bytes[4..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[12..]));
        return true;
    }
}
