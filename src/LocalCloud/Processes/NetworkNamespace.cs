using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace TaskMesh.LocalCloud.Processes;

/// <summary>Network namespaces by the names that ip-netns(8) gives them.</summary>
public static partial class NetworkNamespace
{
    private const int CloneNewNet = 0x40000000;

    /// <summary>A bound socket on 127.0.0.1 of the namespace; null is LocalCloud's own. Port 0 takes a free one.</summary>
    /// <remarks>
    /// A socket belongs to the namespace in which its thread was when it was made, for good. The thread that enters a namespace ends
    /// there: it must never serve anyone else.
    /// </remarks>
    public static Socket Bind(string? name, int port)
    {
        if (name is null)
            return Bind(port);
        Socket? socket = null;
        Exception? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(name);
                socket = Bind(port);
            }
            catch (Exception e)
            {
                error = e;
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new InvalidOperationException(
            $"Network namespace '{name}': cannot listen on 127.0.0.1:{port} in it ({error!.Message}). It must exist and its loopback device be up.",
            error);
    }

    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Enter(string name)
    {
        using var handle = File.OpenHandle($"/run/netns/{name}");
        if (SetNamespace((int)handle.DangerousGetHandle(), CloneNewNet) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int file, int kind);
}
