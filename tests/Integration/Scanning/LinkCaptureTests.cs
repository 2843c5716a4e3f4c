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
    public void A_filter_that_cannot_be_read_is_refused() => Assert.Throws<PcapException>(() => new LinkCapture("lo", "no such filter"));
}
