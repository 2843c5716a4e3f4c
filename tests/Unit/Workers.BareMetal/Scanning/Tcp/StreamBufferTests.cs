using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Workers.BareMetal.Scanning.Tcp;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Tcp;

public class StreamBufferTests
{
    private const int Limit = 20_000;

    [Fact]
    public void Segments_in_any_order_and_overlap_become_the_stream() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var random = new Random(seed);
        var sent = new byte[random.Next(1, Limit)];
        random.NextBytes(sent);
        using var buffer = new StreamBuffer(Limit);
        var next = 0;
        // Every byte is sent in order once; what is sent besides comes early, late or twice.
        while (next < sent.Length)
        {
            for (var strays = random.Next(4); strays > 0; strays--)
            {
                var at = random.Next(-20, sent.Length);
                var from = Math.Max(at, 0);
                var stray = new byte[from - at].Concat(sent[from..Math.Min(from + random.Next(3000), sent.Length)]).ToArray();
                buffer.Add(at, stray);
            }
            var end = Math.Min(next + random.Next(1, 1500), sent.Length);
            buffer.Add(next, sent.AsSpan(next, end - next));
            next = Math.Max(end, buffer.Length);
        }
        return buffer.Bytes.SequenceEqual(sent);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void It_takes_no_more_than_its_limit_of_bytes_and_holes()
    {
        using var buffer = new StreamBuffer(100);
        for (var hole = 1; hole < 50; hole++)
            buffer.Add(2 * hole, [1]);

        Assert.True(buffer.Add(0, [1, 1]));
        Assert.Equal(3, buffer.Length);
        Assert.True(buffer.Add(3, new byte[200]));

        Assert.Equal((100, 0), (buffer.Length, buffer.Room));
        Assert.False(buffer.Add(100, [1]));
        Assert.False(buffer.Add(int.MaxValue - 1, [1, 2, 3]));
    }

    [Fact]
    public void What_was_read_is_not_written_again()
    {
        using var buffer = new StreamBuffer(100);
        buffer.Add(0, [1, 2, 3]);
        buffer.Bytes[0] = 9;

        buffer.Add(0, [1, 2, 3, 4]);

        Assert.Equal([9, 2, 3, 4], buffer.Bytes.ToArray());
    }
}
