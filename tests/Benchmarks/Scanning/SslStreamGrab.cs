using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>The runtime's own client, many at once: what a C# programmer would write first.</summary>
internal static class SslStreamGrab
{
    private const int AtOnce = 64;

    public static async Task RunAsync(int[] size, CancellationToken cancellation)
    {
        var found = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, size[0]),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (host, stop) =>
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new(true, 0) };
                await socket.ConnectAsync(new IPAddress([10, 16, (byte)(host >> 8), (byte)host]), TlsBed.Nginx, stop);
                await using var tls = new SslStream(new NetworkStream(socket));
                try
                {
                    await tls.AuthenticateAsClientAsync(
                        new SslClientAuthenticationOptions
                        {
                            TargetHost = TlsTool.ServerName,
                            RemoteCertificateValidationCallback =
                                (_, certificate, _, _) => certificate is not null && Interlocked.Increment(ref found) > 0,
                        },
                        stop);
                }
                catch (Exception problem) when (problem is AuthenticationException or IOException)
                {
                    // Counted by what it did not find.
                }
            });
        Console.WriteLine($"{found} certificates");
    }
}
