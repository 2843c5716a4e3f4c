using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using System.Text;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>The kernel's routes, neighbours and links, as they are now.</summary>
public static class KernelNetwork
{
    private const byte IPv4Family = 2;
    private const byte IPv6Family = 10;
    private const int RouteBodyLength = 12;

    /// <summary>By which interface and hop the kernel would reach an address, policy rules included.</summary>
    /// <exception cref="IOException">It would not.</exception>
    public static Route RouteTo(Address destination)
    {
        const ushort outInterface = 4, gateway = 5, preferredSource = 7;
        const int typeOffset = 7;
        var answer = Netlink.Ask(
            Netlink.GetRoute,
            0,
            [.. RouteBody(destination.IsV6, (byte)Width(destination.IsV6)), .. Netlink.Attribute(1, destination.ToIPAddress().GetAddressBytes())])[0];
        return new(
            MemoryMarshal.Read<int>(Netlink.Find(answer, RouteBodyLength, outInterface)),
            ToAddress(Netlink.Find(answer, RouteBodyLength, gateway)),
            ToAddress(Netlink.Find(answer, RouteBodyLength, preferredSource)),
            (RouteType)answer[typeOffset]);
    }

    /// <summary>
    /// The destinations of every route of every table, for one address family. Within one of them, and outside all smaller ones, there is one way.
    /// </summary>
    public static IReadOnlyList<AddressRange> Destinations(bool isV6)
    {
        const ushort destination = 1;
        const int prefixOffset = 1;
        return
        [
            .. from answer in Netlink.Ask(Netlink.GetRoute, Netlink.Dump, RouteBody(isV6, prefixLength: 0))
               let first = ToAddress(Netlink.Find(answer, RouteBodyLength, destination)) ?? (isV6 ? Address.V6(0) : Address.V4(0))
               where first.IsV6 == isV6
               select new AddressRange(first, first.Plus(HostBits(Width(isV6) - answer[prefixOffset]))),
        ];
    }

    /// <summary>The hardware address of a neighbour that the kernel knows, or null.</summary>
    public static PhysicalAddress? Neighbour(int interfaceIndex, Address address)
    {
        const ushort destination = 1, hardwareAddress = 2;
        const int bodyLength = 12, interfaceOffset = 4, stateOffset = 8;
        const ushort usable = 0x02 | 0x04 | 0x08 | 0x10 | 0x80; // reachable, stale, delay, probe, permanent
        var body = new byte[bodyLength];
        body[0] = address.IsV6 ? IPv6Family : IPv4Family;
        MemoryMarshal.Write(body.AsSpan(interfaceOffset), interfaceIndex);
        byte[] answer;
        try
        {
            answer = Netlink.Ask(Netlink.GetNeighbour, 0, [.. body, .. Netlink.Attribute(destination, address.ToIPAddress().GetAddressBytes())])[0];
        }
        catch (IOException)
        {
            return null;
        }
        var isUsable = (MemoryMarshal.Read<ushort>(answer.AsSpan(stateOffset)) & usable) != 0;
        return isUsable ? new(Netlink.Find(answer, bodyLength, hardwareAddress).ToArray()) : null;
    }

    /// <exception cref="IOException">There is no such interface (any more).</exception>
    public static Link LinkOf(int interfaceIndex)
    {
        const ushort name = 3, carrierChanges = 35;
        const int bodyLength = 16, indexOffset = 4, flagsOffset = 8;
        const uint upAndCarrier = 0x1 | 0x10000;
        var body = new byte[bodyLength];
        MemoryMarshal.Write(body.AsSpan(indexOffset), interfaceIndex);
        var answer = Netlink.Ask(Netlink.GetLink, 0, body)[0];
        return new(
            Encoding.UTF8.GetString(Netlink.Find(answer, bodyLength, name).TrimEnd((byte)0)),
            IsUp: (MemoryMarshal.Read<uint>(answer.AsSpan(flagsOffset)) & upAndCarrier) == upAndCarrier,
            MemoryMarshal.Read<uint>(Netlink.Find(answer, bodyLength, carrierChanges)));
    }

    public static bool Has(string interfaceName) => NetworkInterface.GetAllNetworkInterfaces().Any(each => each.Name == interfaceName);

    /// <summary>Whether an address belongs to this machine.</summary>
    public static bool IsOwn(Address address)
    {
        try
        {
            return RouteTo(address).Type == RouteType.Local;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static int Width(bool isV6) => isV6 ? 128 : 32;

    private static UInt128 HostBits(int count) => count == 128 ? UInt128.MaxValue : (UInt128.One << count) - 1;

    private static byte[] RouteBody(bool isV6, byte prefixLength)
    {
        var body = new byte[RouteBodyLength];
        body[0] = isV6 ? IPv6Family : IPv4Family;
        body[1] = prefixLength;
        return body;
    }

    private static Address? ToAddress(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? null : Address.From(new(bytes));
}

/// <param name="Gateway">Null where the destination is a neighbour itself.</param>
/// <param name="Source">The address that the kernel would send from.</param>
public sealed record Route(int InterfaceIndex, Address? Gateway, Address? Source, RouteType Type);

/// <summary>What a destination is to this machine (rtnetlink(7)); the kernel knows more types.</summary>
public enum RouteType : byte
{
    /// <summary>A host elsewhere.</summary>
    Unicast = 1,

    /// <summary>An address of this machine.</summary>
    Local = 2,
}

/// <param name="CarrierChanges">How often the link came or went since the interface exists.</param>
public sealed record Link(string Name, bool IsUp, uint CarrierChanges);
