using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>
/// Asks resolvers one question at a time through the kernel's sockets: over TCP what is too long for a datagram, and the few questions besides
/// those of the plan. The scope is asked for each, and they keep a rate of their own.
/// </summary>
public sealed class ResolverClient(ScopeGuard scope, int queriesPerSecond, TimeProvider clock, PacketAllowance allowance, double share = 1)
    : IDisposable
{
    private const int Attempts = 3;
    private const int MostAtOnce = 64;

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan DatagramLimit = TimeSpan.FromSeconds(1.5);

    /// <summary>From the first packet of the connection to the last byte of the answer, however slowly they come.</summary>
    private static readonly TimeSpan ConnectionLimit = TimeSpan.FromSeconds(5);

    private readonly PacketPacer _pacer = new(queriesPerSecond, clock);
    private readonly NetworkPacer _networks = new(clock);
    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private long _queries;

    /// <summary>Questions asked so far.</summary>
    public long Queries => Interlocked.Read(ref _queries);

    /// <summary>The answer, whole; null where none comes, or the scope does not allow the resolver.</summary>
    public async Task<byte[]?> AskAsync(Address resolver, byte[] name, DnsType type, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // Old servers understand nothing but the words of 1987.
            var question = new Question(name, type, isExtended: attempt == 0);
            var answer = await AskAsync(resolver, question, AskByDatagramAsync, DatagramLimit, cancellation);
            if (answer is null || !DnsHeader.TryRead(answer, out var header) || header.Code == DnsResponseCode.FormatError)
                continue;
            return header.IsTruncated ? await AskOverTcpAsync(resolver, name, type, cancellation) : answer;
        }
        return null;
    }

    /// <summary>As above, over TCP from the beginning (RFC 7766).</summary>
    public Task<byte[]?> AskOverTcpAsync(Address resolver, byte[] name, DnsType type, CancellationToken cancellation) =>
        AskAsync(resolver, new(name, type, isExtended: true), AskByConnectionAsync, ConnectionLimit, cancellation);

    public void Dispose() => _places.Dispose();

    private async Task<byte[]?> AskAsync(
        Address resolver, Question question, Func<IPEndPoint, Question, CancellationToken, Task<byte[]?>> ask, TimeSpan limit,
        CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        try
        {
            await TakeTurnAsync(resolver, cancellation);
            if (scope.Closed(clock.GetUtcNow()) is not null || !scope.Allowed.Contains(resolver))
                return null;
            Interlocked.Increment(ref _queries);
            using var time = new CancellationTokenSource(limit, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellation);
            return await ask(new(resolver.ToIPAddress(), DnsProbe.Port), question, either.Token);
        }
        catch (SocketException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task TakeTurnAsync(Address resolver, CancellationToken cancellation)
    {
        while (!TryTakeTurn(resolver, out var wait))
            await Task.Delay(wait, clock, cancellation);
    }

    private bool TryTakeTurn(Address resolver, out TimeSpan wait)
    {
        lock (_pacer)
        {
            var granted = allowance.Now;
            wait = Glance;
            if (granted.IsNone)
                return false;
            _pacer.Rate = Math.Min(queriesPerSecond, granted.Total * share);
            _networks.Rate = granted.PerNetwork * share;
            return _pacer.TryTake(1, out wait) && _networks.TryTake(TargetNetwork.Of(resolver), out wait);
        }
    }

    private static async Task<byte[]?> AskByDatagramAsync(IPEndPoint resolver, Question question, CancellationToken cancellation)
    {
        using var socket = new Socket(resolver.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(resolver, cancellation);
        await socket.SendAsync(question.Message, cancellation);
        // With room for one byte more than may come: what fills it is too long.
        var buffer = new byte[DnsQuery.LargestAnswer + 1];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellation);
            if (length < buffer.Length && question.IsAnsweredBy(buffer.AsSpan(0, length)))
                return buffer[..length];
        }
    }

    private static async Task<byte[]?> AskByConnectionAsync(IPEndPoint resolver, Question question, CancellationToken cancellation)
    {
        using var socket = new Socket(resolver.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(resolver, cancellation);
        var framed = new byte[sizeof(ushort) + question.Message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)question.Message.Length);
        question.Message.CopyTo(framed, sizeof(ushort));
        await socket.SendAsync(framed, cancellation);
        var head = new byte[sizeof(ushort)];
        if (!await FillAsync(socket, head, cancellation))
            return null;
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
        return await FillAsync(socket, answer, cancellation) && question.IsAnsweredBy(answer) ? answer : null;
    }

    private static async Task<bool> FillAsync(Socket socket, byte[] buffer, CancellationToken cancellation)
    {
        for (var filled = 0; filled < buffer.Length;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled), cancellation);
            if (read == 0)
                return false;
            filled += read;
        }
        return true;
    }

    private sealed class Question
    {
        private readonly ushort _id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        private readonly int _length;

        public Question(byte[] name, DnsType type, bool isExtended)
        {
            var message = new byte[DnsQuery.Longest];
            var casing = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
            Message = message[..DnsQuery.Write(message, _id, name, type, casing, isExtended)];
            _length = name.Length + 4;
        }

        public byte[] Message { get; }

        /// <summary>By what can be read. One that cannot read the question repeats nothing of it.</summary>
        public bool IsAnsweredBy(ReadOnlySpan<byte> message) =>
            DnsHeader.TryRead(message, out var header) && header.Id == _id
            && ((DnsQuery.IsAnswered(message, header, Message.AsSpan(DnsHeader.Length, _length))
                    && DnsQuery.Judge(message, header) != DnsOutcome.Malformed)
                || header is { Questions: 0, Code: DnsResponseCode.FormatError, IsResponse: true });
    }
}
