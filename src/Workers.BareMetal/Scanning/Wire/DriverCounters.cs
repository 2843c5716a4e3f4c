using System.Runtime.InteropServices;
using System.Text;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>The counters of an interface's driver whose names end in one way, added up (SIOCETHTOOL, as ethtool(8) -S). Any user may ask.</summary>
/// <remarks>
/// <code>
///  how many     0 command (4)   4 -       8 sets (8)      16 count (4)
///  their names  0 command (4)   4 set (4)   8 count (4)   12 names of 32 bytes each
///  their values 0 command (4)   4 count (4)               8 values of 8 bytes each
/// </code>
/// </remarks>
public sealed unsafe class DriverCounters
{
    /// <summary>
    /// Packets that AWS delayed or dropped since the instance went beyond an allowance of its type: connections, packets per second, bandwidth
    /// (docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-network-performance-ena.html). Other drivers have none of them.
    /// </summary>
    public const string AllowanceExceeded = "_allowance_exceeded";

    private const uint CountOf = 0x37, NamesOf = 0x1b, ValuesOf = 0x1d;
    private const uint StatisticsSet = 1;
    private const int CountOffset = 16, NamesOffset = 12, ValuesOffset = 8, NameLength = 32;

    private readonly string _interfaceName;
    private readonly int _count;
    private readonly int[] _places;

    public DriverCounters(string interfaceName, string suffix)
    {
        _interfaceName = interfaceName;
        var size = new byte[CountOffset + sizeof(uint)];
        Write(size, CountOf, second: 0);
        MemoryMarshal.Write(size.AsSpan(8), 1UL << (int)StatisticsSet);
        _count = TryAsk(size) ? MemoryMarshal.Read<int>(size.AsSpan(CountOffset)) : 0;
        var names = new byte[NamesOffset + (_count * NameLength)];
        Write(names, NamesOf, StatisticsSet);
        MemoryMarshal.Write(names.AsSpan(8), _count);
        _places = _count > 0 && TryAsk(names)
            ? [.. Enumerable.Range(0, _count).Where(place => NameOf(names, place).EndsWith(suffix, StringComparison.Ordinal))]
            : [];
    }

    /// <summary>Their sum now; 0 where the driver has none.</summary>
    public long Sum()
    {
        if (_places.Length == 0)
            return 0;
        var values = new byte[ValuesOffset + (_count * sizeof(ulong))];
        Write(values, ValuesOf, (uint)_count);
        return TryAsk(values) ? _places.Sum(place => MemoryMarshal.Read<long>(values.AsSpan(ValuesOffset + (place * sizeof(ulong))))) : 0;
    }

    private static void Write(byte[] message, uint command, uint second)
    {
        MemoryMarshal.Write(message, command);
        MemoryMarshal.Write(message.AsSpan(sizeof(uint)), second);
    }

    private static string NameOf(byte[] names, int place) =>
        Encoding.ASCII.GetString(names, NamesOffset + (place * NameLength), NameLength).TrimEnd('\0');

    /// <summary>False where the driver, or the interface, knows nothing of it.</summary>
    private bool TryAsk(byte[] message)
    {
        var socket = LibC.socket(LibC.AfInet, LibC.SockDatagram | LibC.CloseOnExec, 0);
        if (socket < 0)
            return false;
        var request = default(LibC.InterfaceRequest);
        Encoding.ASCII.GetBytes(_interfaceName, new Span<byte>(request.Name, LibC.LongestInterfaceName));
        fixed (byte* bytes = message)
        {
            request.Data = bytes;
            var result = LibC.ioctl(socket, LibC.EthtoolRequest, &request);
            _ = LibC.close(socket);
            return result >= 0;
        }
    }
}
