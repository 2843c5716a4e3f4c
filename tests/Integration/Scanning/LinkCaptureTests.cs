using System.Net;
using System.Net.Sockets;
using SharpPcap;
using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Integration.Scanning;

public class LinkCaptureTests
{
    private const string NothingComes = "udp port 9 and src host 192.0.2.1";

    [RawSocketFact]
    public async Task A_wait_ends_although_nothing_comes()
    {
        using var loopback = new LinkCapture("lo", NothingComes);

        foreach (var limit in new[] { 50, 0, -1 })
            await Task.Run(() => loopback.Wait(TimeSpan.FromMilliseconds(limit))).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.False(loopback.TryReceive(out _));
        Assert.Null(loopback.Error);
    }

    [RawSocketFact]
    public void What_comes_in_faster_than_it_is_read_is_counted()
    {
        const int part = 10_000, most = 5_000_000;
        using var loopback = new LinkCapture("lo", "udp port 9 and src host 127.0.11.1");
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Bind(new IPEndPoint(IPAddress.Parse("127.0.11.1"), 0));
        var nobody = new IPEndPoint(IPAddress.Parse("127.0.11.2"), 9).Serialize();

        var sent = 0;
        for (; loopback.Dropped == 0 && sent < most; sent += part)
        {
            for (var each = 0; each < part; each++)
                sender.SendTo([0], SocketFlags.None, nobody);
        }
        var read = 0;
        while (loopback.TryReceive(out _))
            read++;

        // What is dropped is counted on its way out as well, which nobody would read; what the device's own queue drops is seen by nobody.
        Assert.InRange(read, 1, sent - 1);
        Assert.InRange(loopback.Dropped, 1, 2 * sent);
    }

    [RawSocketFact]
    public void A_filter_that_cannot_be_read_is_refused() => Assert.Throws<PcapException>(() => new LinkCapture("lo", "no such filter"));
}
