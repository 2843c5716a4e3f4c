using System.Buffers.Binary;

namespace TaskMesh.Core.Workflow;

/// <summary>
/// How many children, and which: the digest is the exclusive or of the last eight bytes of their ids, so that parts add up in any order.
/// </summary>
public readonly record struct ChildCount(int Count, long Digest)
{
    public static ChildCount Of(Guid child)
    {
        Span<byte> bytes = stackalloc byte[16];
        child.TryWriteBytes(bytes, bigEndian: true, out _);
        return new(1, BinaryPrimitives.ReadInt64BigEndian(bytes[8..]));
    }

    public static ChildCount operator +(ChildCount left, ChildCount right) => new(left.Count + right.Count, left.Digest ^ right.Digest);

    public static ChildCount Add(ChildCount left, ChildCount right) => left + right;
}
