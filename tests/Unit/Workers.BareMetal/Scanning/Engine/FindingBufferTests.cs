using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class FindingBufferTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Every_finding_is_handed_over_in_order()
    {
        var buffer = new FindingBuffer();
        var found = new List<ushort>();

        var handOver = HandOverAsync(buffer, found);
        for (ushort port = 1; port <= 50_000; port++)
            buffer.Add(Finding(port));
        buffer.Flush();
        buffer.Complete();
        await handOver.WaitAsync(Limit);

        Assert.Equal(Enumerable.Range(1, 50_000).Select(port => (ushort)port), found);
    }

    [Fact]
    public async Task A_buffer_that_fills_up_says_so_while_there_is_room()
    {
        var buffer = new FindingBuffer();

        var added = 0;
        while (!buffer.IsFillingUp)
            buffer.Add(Finding((ushort)++added));
        for (var more = 0; more < added / 2; more++)
            buffer.Add(Finding(1));
        buffer.Complete();
        var found = new List<ushort>();
        await HandOverAsync(buffer, found);

        Assert.False(buffer.IsFillingUp);
        Assert.InRange(found.Count, added, 100_000);
    }

    [Fact]
    public async Task A_task_that_fails_holds_nobody_up()
    {
        var buffer = new FindingBuffer();

        var handOver = buffer.HandOverAsync((_, _) => throw new InvalidDataException("the database is gone"), CancellationToken.None);
        buffer.Add(Finding(1));
        buffer.Flush();
        await Assert.ThrowsAsync<InvalidDataException>(() => handOver.WaitAsync(Limit));

        for (var more = 0; more < 200_000; more++)
            buffer.Add(Finding(1));
    }

    private static Task HandOverAsync(FindingBuffer buffer, List<ushort> found) => buffer.HandOverAsync(
        (findings, _) =>
        {
            found.AddRange(findings.Select(finding => finding.Port));
            return Task.CompletedTask;
        },
        CancellationToken.None);

    private static PortFinding Finding(ushort port) => new(Address.Parse("192.0.2.1"), port, PortState.Open);
}
