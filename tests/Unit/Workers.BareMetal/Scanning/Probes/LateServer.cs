namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Probes;

/// <summary>A server that acknowledges at once and answers after so many ticks of <see cref="SimulatedTls"/>.</summary>
internal sealed class LateServer(Func<byte[], byte[]> answer, int ticks)
{
    private byte[] _heard = [];
    private int _connection = -1;
    private int _left;

    public IEnumerable<SimulatedTls.Piece> Say(byte[] said, int connection)
    {
        if (said.Length > 0 && connection != _connection)
            (_heard, _connection, _left) = (said, connection, ticks);
        if (said.Length > 0)
            return [new(0, [])];
        return _left > 0 && --_left == 0 ? SimulatedTls.InOrder(answer(_heard)) : [];
    }
}
