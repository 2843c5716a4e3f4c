using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Probes;

public class PacketOutboxTests
{
    private readonly PacketOutbox _outbox = new(largestPacket: 8);
    private readonly byte[] _packet = new byte[8];

    [Fact]
    public void Packets_come_out_as_they_went_in()
    {
        for (byte round = 0; round < 200; round++)
        {
            Add([round, 1]);
            Add([round, 1, 2]);

            Assert.Equal(2, _outbox.TryTake(_packet));
            Assert.Equal(3, _outbox.TryTake(_packet));
            Assert.Equal([round, 1, 2], _packet[..3]);
        }
        Assert.Equal(0, _outbox.TryTake(_packet));
    }

    [Fact]
    public void What_finds_no_room_is_dropped_and_counted()
    {
        while (!_outbox.Next().IsEmpty)
            _outbox.Add(1);

        _outbox.TryTake(_packet);
        Assert.False(_outbox.Next().IsEmpty);
    }

    private void Add(ReadOnlySpan<byte> packet)
    {
        packet.CopyTo(_outbox.Next());
        _outbox.Add(packet.Length);
    }
}
