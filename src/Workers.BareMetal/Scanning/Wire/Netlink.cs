using System.Runtime.InteropServices;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>Asks the kernel about its network (rtnetlink(7)), in the namespace of this process. Any user may ask.</summary>
/// <remarks>
/// <code>
///  message    0 length (4)   4 type (2)   6 flags (2)   8 sequence (4)   12 port (4)   16 body, then attributes
///  attribute  0 length (2), padding not counted   2 type (2)   4 value, padded to four bytes
/// </code>
/// All in the byte order of the machine, addresses excepted.
/// </remarks>
internal static unsafe class Netlink
{
    public const ushort GetLink = 18;
    public const ushort GetRoute = 26;
    public const ushort GetNeighbour = 30;
    public const ushort Dump = 0x300;
    private const ushort Request = 1;

    private const ushort ErrorMessage = 2;
    private const ushort DoneMessage = 3;
    private const int HeaderLength = 16;
    private const int BufferLength = 64 * 1024;

    /// <summary>The answers, each a body with its attributes. The kernel has them ready when the question is sent, so nothing here waits.</summary>
    /// <exception cref="IOException">The kernel's own words, such as "No route to host".</exception>
    public static IReadOnlyList<byte[]> Ask(ushort type, ushort flags, ReadOnlySpan<byte> body)
    {
        var socket = LibC.socket(LibC.AfNetlink, LibC.SockRaw | LibC.CloseOnExec, 0);
        if (socket < 0)
            throw new IOException(LibC.LastError);
        try
        {
            Send(socket, type, flags, body);
            return Receive(socket, isDump: (flags & Dump) == Dump);
        }
        finally
        {
            _ = LibC.close(socket);
        }
    }

    public static byte[] Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        var attribute = new byte[Padded(4 + value.Length)];
        MemoryMarshal.Write(attribute, (ushort)(4 + value.Length));
        MemoryMarshal.Write(attribute.AsSpan(2), type);
        value.CopyTo(attribute.AsSpan(4));
        return attribute;
    }

    /// <summary>The value of an attribute behind a body of <paramref name="bodyLength"/> bytes, empty when it is not there.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> answer, int bodyLength, ushort type)
    {
        for (var rest = answer[bodyLength..]; rest.Length >= 4;)
        {
            int length = MemoryMarshal.Read<ushort>(rest);
            if (length < 4 || length > rest.Length)
                break;
            if (MemoryMarshal.Read<ushort>(rest[2..]) == type)
                return rest[4..length];
            rest = rest[Math.Min(Padded(length), rest.Length)..];
        }
        return [];
    }

    private static void Send(int socket, ushort type, ushort flags, ReadOnlySpan<byte> body)
    {
        var message = new byte[HeaderLength + body.Length];
        MemoryMarshal.Write(message, message.Length);
        MemoryMarshal.Write(message.AsSpan(4), type);
        MemoryMarshal.Write(message.AsSpan(6), (ushort)(flags | Request));
        body.CopyTo(message.AsSpan(HeaderLength));
        fixed (byte* bytes = message)
        {
            if (LibC.send(socket, bytes, message.Length, 0) < 0)
                throw new IOException(LibC.LastError);
        }
    }

    private static List<byte[]> Receive(int socket, bool isDump)
    {
        var answers = new List<byte[]>();
        var buffer = new byte[BufferLength];
        while (true)
        {
            nint received;
            fixed (byte* bytes = buffer)
                received = LibC.recv(socket, bytes, buffer.Length, 0);
            if (received < 0)
                throw new IOException(LibC.LastError);
            for (var rest = buffer.AsSpan(0, (int)received); rest.Length >= HeaderLength;)
            {
                var length = MemoryMarshal.Read<int>(rest);
                var type = MemoryMarshal.Read<ushort>(rest[4..]);
                if (type == ErrorMessage)
                    throw new IOException(Marshal.GetPInvokeErrorMessage(-MemoryMarshal.Read<int>(rest[HeaderLength..])));
                if (type == DoneMessage)
                    return answers;
                answers.Add(rest[HeaderLength..length].ToArray());
                rest = rest[Math.Min(Padded(length), rest.Length)..];
            }
            if (!isDump)
                return answers;
        }
    }

    private static int Padded(int length) => (length + 3) & ~3;
}
