using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Cli.Lab;

/// <summary>
/// A lab for machines where namespaces cannot be made: real listening sockets on addresses of the loopback network, open where the truth
/// says so. The kernel refuses the rest, so no port is silent.
/// </summary>
public sealed class LoopbackLab : IDisposable
{
    private readonly List<Socket> _listeners = [];

    /// <exception cref="IOException">A port is taken on all addresses, so the truth cannot be told of it.</exception>
    public LoopbackLab(AddressRange targets, PortSet ports, ulong seed)
    {
        Targets = targets;
        Truth = new LabTruth(seed, Silent: 0);
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(IsEverywhere).Select(listener => (ushort)listener.Port);
        if (ports.Ports.ToArray().Intersect(taken).ToList() is [var port, ..])
            throw new IOException($"Port {port} is in use on every address of this machine.");
        try
        {
            foreach (var open in Truth.Of(new([targets]), ports).Where(each => each.State == PortState.Open))
                Listen(new(open.Address.ToIPAddress(), open.Port));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public static AddressRange DefaultTargets { get; } = AddressRange.Parse("127.66.0.0/24");

    public AddressRange Targets { get; }

    public LabTruth Truth { get; }

    public void Dispose() => _listeners.ForEach(listener => listener.Dispose());

    private static bool IsEverywhere(IPEndPoint listener) => listener.Address.Equals(IPAddress.Any) || listener.Address.Equals(IPAddress.IPv6Any);

    private void Listen(IPEndPoint endpoint)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listeners.Add(listener);
        listener.Bind(endpoint);
        listener.Listen();
    }
}
