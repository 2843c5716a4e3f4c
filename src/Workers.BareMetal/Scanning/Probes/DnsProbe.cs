using System.Buffers.Binary;
using System.Numerics;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Dns;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Packets;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>
/// Asks resolvers over UDP. Source port and id together are the question's number, shuffled by a secret, so an answer names its question without
/// a table; the case of the letters is a keyed hash of question and resolver, and an answer must repeat it byte by byte.
/// </summary>
/// <remarks>
/// <code>
///  port - first port (5 bits) | id (16 bits)  =  shuffle(index mod 2^21), the id masked by a secret of the resolver
/// </code>
/// </remarks>
public sealed class DnsProbe : IProbe<DnsReply>
{
    public const int Ports = 1 << PortBits;

    /// <summary>As many as ports and ids tell apart.</summary>
    public const int LargestWindow = 1 << NumberBits;

    public const ushort Port = 53;

    private const int PortBits = 5;
    private const int NumberBits = PortBits + 16;
    private const ulong NumberMask = LargestWindow - 1;

    /// <summary>What comes over Ethernet in one piece; longer answers than were asked for are no answers.</summary>
    private const int LargestReply = 1500;

    private readonly DnsQuestions _questions;
    private readonly DnsProbeSettings _settings;
    private readonly ResolverPool _pool;
    private readonly Permutation _numbers;
    private readonly (ulong First, ulong Second) _key;
    private readonly ushort[] _masks;
    private readonly Slot[] _slots;
    private ulong _next;

    public DnsProbe(DnsQuestions questions, DnsProbeSettings settings, ResolverPool pool)
    {
        (_questions, _settings, _pool) = (questions, settings, pool);
        _numbers = new(LargestWindow, SeededKey.Derive("dns number", settings.Seed).First);
        _key = SeededKey.Derive("dns case", settings.Seed);
        _masks = [.. pool.All.Select(resolver => (ushort)SeededKey.Derive($"dns mask {resolver.Address}", settings.Seed).First)];
        _slots = new Slot[Math.Min(BitOperations.RoundUpToPowerOf2((uint)Math.Max(settings.Window, 1 << 12)), LargestWindow)];
        var ports = $"src port {Port} and dst portrange {settings.FirstPort}-{settings.FirstPort + Ports - 1}";
        CaptureFilter = AnswerFilter.Of(settings.SourceV4, $"udp and {ports}", settings.SourceV6, $"ip6 proto 17 and {ports}");
    }

    public string CaptureFilter { get; }

    public int LargestPacket => UdpDatagram.PayloadOffset(isV6: true) + DnsQuery.Longest;

    public int CaptureLength => LargestReply;

    public bool IsBusy => _pool.IsBusy;

    public bool IsBlind => _pool.Active.Count == 0;

    /// <summary>Why asking on makes no sense; set by who looks after the resolvers.</summary>
    public string? Problem { get; set; }

    public int Aim(ulong index, int attempt, Span<byte> packet)
    {
        if (index >= _next)
            Volatile.Write(ref _next, index + 1);
        if (attempt == 0 && !_questions.IsAllowed(index))
            return 0;
        var resolver = _pool.Pick(index, attempt);
        Span<byte> name = stackalloc byte[DnsName.Longest];
        var type = _questions.Read(index, name, out var length);
        var isV6 = resolver.Address.IsV6;
        var number = (uint)_numbers.Shuffle(index & NumberMask);
        var message = packet[UdpDatagram.PayloadOffset(isV6)..];
        var id = (ushort)(number ^ _masks[resolver.Number]);
        var size = DnsQuery.Write(message, id, name[..length], type, CasingOf(index, resolver), !resolver.IsPlain);
        var source = (isV6 ? _settings.SourceV6 : _settings.SourceV4) ?? (isV6 ? Address.V6(0) : Address.V4(0));
        return UdpDatagram.Write(packet, source, (ushort)(_settings.FirstPort + (number >> 16)), resolver.Address, Port, size);
    }

    public Verdict Judge(ReadOnlySpan<byte> packet, PacketOutbox outbox, out ulong index)
    {
        index = 0;
        if (!IPPacket.TryRead(packet, out var ip))
            return Verdict.Unproven;
        if (ip.Protocol != IPPacket.Udp)
        {
            JudgeError(ip);
            return Verdict.Unproven;
        }
        if (!UdpDatagram.TryRead(ip.Payload, out var datagram) || datagram.SourcePort != Port || datagram.Payload.Length > DnsQuery.LargestAnswer
            || !_pool.TryFind(ip.Source, out var resolver) || resolver.Health.IsFinal || !DnsHeader.TryRead(datagram.Payload, out var header))
            return Verdict.Unproven;
        var port = (uint)(datagram.DestinationPort - _settings.FirstPort);
        if (port >= Ports || !TryIndex((port << 16) | (ushort)(header.Id ^ _masks[resolver.Number]), out index))
            return Verdict.Unproven;
        if (header is { Questions: 0, Code: DnsResponseCode.FormatError, IsResponse: true })
            resolver.IsPlain = true;
        Span<byte> name = stackalloc byte[DnsName.Longest];
        Span<byte> question = stackalloc byte[DnsQuery.LongestQuestion];
        var type = _questions.Read(index, name, out var length);
        length = DnsQuery.WriteQuestion(question, name[..length], type, CasingOf(index, resolver));
        if (!DnsQuery.IsAnswered(datagram.Payload, header, question[..length]))
            return Verdict.Unproven;
        resolver.Answered++;
        if (header.Code is DnsResponseCode.FormatError or DnsResponseCode.NotImplemented)
            resolver.IsPlain = true;
        return Keep(index, DnsQuery.Judge(datagram.Payload, header), resolver, datagram.Payload);
    }

    public void Tick(PacketOutbox outbox, Action<ulong, Verdict> settle) => _pool.Observe();

    public bool TryReport(ulong index, Verdict verdict, out DnsReply finding)
    {
        ref var slot = ref SlotOf(index);
        finding = new(index, slot.Outcome, slot.Resolver, slot.Message);
        return slot.Next == index + 1;
    }

    /// <summary>
    /// Only the receiver writes. A slot belongs to the newest question that wrote it: the one before has been reported by then, since the window
    /// is no larger than the slots.
    /// </summary>
    private Verdict Keep(ulong index, DnsOutcome outcome, Resolver resolver, ReadOnlySpan<byte> message)
    {
        var verdict = outcome switch
        {
            DnsOutcome.Found or DnsOutcome.Truncated => Verdict.Open,
            DnsOutcome.NoName or DnsOutcome.NoData => Verdict.Closed,
            _ => Verdict.Failed,
        };
        ref var slot = ref SlotOf(index);
        var isNew = slot.Next < index + 1;
        if (isNew || (slot.Next == index + 1 && slot.IsFailure && (verdict != Verdict.Failed || slot.Outcome == DnsOutcome.Malformed)))
        {
            slot.Outcome = outcome;
            slot.IsFailure = verdict == Verdict.Failed;
            slot.Resolver = resolver.Number;
            slot.Message = outcome == DnsOutcome.Found ? message.ToArray() : null;
            slot.Next = index + 1;
        }
        return verdict;
    }

    /// <summary>"Port unreachable": nobody listens there. It cannot be proven, so it only raises the suspicion that makes somebody look.</summary>
    private void JudgeError(in IPPacket ip)
    {
        if (IcmpError.TryRead(ip, out var error) && error.Protocol == IPPacket.Udp
            && (uint)(BinaryPrimitives.ReadUInt16BigEndian(error.Quoted) - _settings.FirstPort) < Ports
            && BinaryPrimitives.ReadUInt16BigEndian(error.Quoted[2..]) == Port && _pool.TryFind(error.Destination, out var resolver))
            _pool.LeaveOut(resolver);
    }

    /// <summary>The newest question that bears a number; older ones that bore it are over.</summary>
    private bool TryIndex(uint number, out ulong index)
    {
        var newest = Volatile.Read(ref _next) - 1;
        var age = (newest - _numbers.Unshuffle(number)) & NumberMask;
        index = newest - age;
        return newest != ulong.MaxValue && age <= newest && age < (ulong)_slots.Length;
    }

    private ulong CasingOf(ulong index, Resolver resolver)
    {
        var hash = new SipHash(_key.First, _key.Second);
        hash.Add(index);
        return hash.Finish((ulong)resolver.Number, sizeof(ulong) + 1);
    }

    private ref Slot SlotOf(ulong index) => ref _slots[(int)(index & ((ulong)_slots.Length - 1))];

    private struct Slot
    {
        /// <summary>The place behind that of the question; 0 for none.</summary>
        public ulong Next;

        public byte[]? Message;
        public int Resolver;
        public DnsOutcome Outcome;
        public bool IsFailure;
    }
}
