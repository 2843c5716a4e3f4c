using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>
/// Keeps the kernel from answering what comes to a port that a scan sends from: with a RST it would end the connections that the scan opens, with
/// an ICMP error it would disturb its targets. A socket of the kernel's own holds the port and drops every packet before TCP or UDP looks at it;
/// packet sockets have seen it by then. Needs no privilege.
/// </summary>
public sealed unsafe class PortGuard : IDisposable
{
    private readonly Socket _holder;

    private PortGuard(Socket holder) => _holder = holder;

    /// <summary>Takes a port of an address of this machine, or returns null when somebody else has it.</summary>
    /// <exception cref="IOException">The kernel cannot be kept out; the message says why.</exception>
    public static PortGuard? TryTake(Address source, ushort port, ProtocolType protocol)
    {
        var address = source.ToIPAddress();
        var holder = new Socket(address.AddressFamily, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol);
        try
        {
            if (!TryDropByFilter(holder) && (protocol != ProtocolType.Tcp || !TryDropUnsigned(holder, source)))
                throw new IOException($"the kernel lets no socket drop what comes in: {LibC.LastError}");
            holder.Bind(new IPEndPoint(address, port));
            if (protocol == ProtocolType.Tcp)
                holder.Listen(1);
            return new(holder);
        }
        catch (SocketException refusal)
        {
            holder.Dispose();
            return refusal.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied
                ? null
                : throw new IOException($"{source} cannot be held: {refusal.Message}", refusal);
        }
        catch
        {
            holder.Dispose();
            throw;
        }
    }

    public void Dispose() => _holder.Dispose();

    /// <summary>The shortest program of classic BPF, return 0 (socket(7), SO_ATTACH_FILTER). For TCP newer kernels want CAP_NET_ADMIN.</summary>
    private static bool TryDropByFilter(Socket socket)
    {
        var returnNothing = 0x06UL;
        var program = new FilterProgram { Length = 1, Instructions = &returnNothing };
        return LibC.setsockopt((int)socket.Handle, LibC.SolSocket, LibC.SoAttachFilter, &program, sizeof(FilterProgram)) == 0;
    }

    /// <summary>
    /// TCP that expects everybody to sign (RFC 2385) drops what is not signed without an answer, and nobody has the key. For the prefix of
    /// length 0, which holds every address.
    /// </summary>
    private static bool TryDropUnsigned(Socket socket, Address source)
    {
        const ushort family4 = 2, family6 = 10;
        var signature = new SignatureKey { Family = source.IsV6 ? family6 : family4, Flags = 1, KeyLength = 16 };
        return LibC.setsockopt((int)socket.Handle, LibC.SolTcp, LibC.TcpMd5SignatureExtended, &signature, sizeof(SignatureKey)) == 0;
    }

    /// <summary>struct sock_fprog</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public ulong* Instructions;
    }

    /// <summary>struct tcp_md5sig: a struct sockaddr_storage of 128 bytes, flags, prefix length, key length, interface, a key of 80 bytes</summary>
    [StructLayout(LayoutKind.Explicit, Size = 216)]
    private struct SignatureKey
    {
        [FieldOffset(0)]
        public ushort Family;

        [FieldOffset(128)]
        public byte Flags;

        [FieldOffset(130)]
        public ushort KeyLength;
    }
}
