using System.Runtime.InteropServices;
using System.Text;

namespace TaskMesh.Cli.Lab;

/// <summary>
/// Makes the kernel finish the checksums of what it sends on an interface. Over a virtual link it leaves them to hardware that does not
/// exist, and a program that reads the frames at the other end sees wrong ones.
/// </summary>
internal static unsafe partial class ChecksumOffload
{
    private const nuint EthtoolRequest = 0x8946;
    private const uint SetTransmitChecksum = 0x17;
    private const int AfInet = 2;
    private const int SockDatagram = 2;
    private const int NewNetwork = 0x40000000;
    private const int LongestName = 15;

    /// <summary>On a thread that ends here, since it stays in the namespace that it entered.</summary>
    public static void TurnOff(string namespaceFile, string interfaceName)
    {
        Exception? problem = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle(namespaceFile);
                if (setns((int)file.DangerousGetHandle(), NewNetwork) < 0)
                    throw new IOException($"{namespaceFile}: {Marshal.GetLastPInvokeErrorMessage()}.");
                TurnOff(interfaceName);
            }
            catch (IOException failure)
            {
                problem = failure;
            }
        });
        thread.Start();
        thread.Join();
        if (problem is not null)
            throw new IOException(problem.Message, problem);
    }

    private static void TurnOff(string interfaceName)
    {
        var value = new EthtoolValue { Command = SetTransmitChecksum, Data = 0 };
        var request = new InterfaceRequest { Data = &value };
        Encoding.ASCII.GetBytes(interfaceName, new Span<byte>(request.Name, LongestName));
        var descriptor = socket(AfInet, SockDatagram, 0);
        var result = ioctl(descriptor, EthtoolRequest, &request);
        var problem = Marshal.GetLastPInvokeErrorMessage();
        _ = close(descriptor);
        if (result < 0)
            throw new IOException($"Checksum offload of {interfaceName}: {problem}.");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int descriptor, int kind);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int descriptor, nuint request, InterfaceRequest* argument);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    /// <summary>struct ifreq</summary>
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private struct InterfaceRequest
    {
        public fixed byte Name[LongestName + 1];
        public EthtoolValue* Data;
    }

    /// <summary>struct ethtool_value</summary>
    private struct EthtoolValue
    {
        public uint Command;
        public uint Data;
    }
}
