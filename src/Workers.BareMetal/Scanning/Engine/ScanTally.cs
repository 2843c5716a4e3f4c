using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>How the questions of a scan ended so far. Each number has one thread that writes it.</summary>
public sealed class ScanTally
{
    private const string NoWire = "none";

    private static readonly int Endings = Enum.GetValues<ProbeEnding>().Length;

    private readonly long[] _ended = new long[Endings];
    private readonly long _sentBefore;
    private string? _failure;

    /// <param name="before">What earlier attempts have to their account.</param>
    public ScanTally(ScanCheckpoint? before = null)
    {
        if (before is null)
            return;
        _sentBefore = before.PacketsSent;
        DegradedBefore = before.Degraded;
        _ended[(int)ProbeEnding.Open] = before.Open;
        _ended[(int)ProbeEnding.Closed] = before.Closed;
        _ended[(int)ProbeEnding.Filtered] = before.Filtered;
        _ended[(int)ProbeEnding.Failed] = before.Failed;
        _ended[(int)ProbeEnding.Waiting] = before.NoAnswer;
        _ended[(int)ProbeEnding.OutOfScope] = before.OutOfScope;
        _ended[(int)ProbeEnding.Unreachable] = before.Unreachable;
    }

    /// <summary>Of a scan that cannot begin.</summary>
    public static ScanCoverage NothingSent(ulong planned, string reason)
    {
        var tally = new ScanTally();
        tally.Fail(reason);
        return tally.Coverage((long)planned, NoWire, repliesLost: 0, AddressSet.Empty);
    }

    /// <summary>Of a scan none of whose targets may be asked.</summary>
    public static ScanCoverage NothingAllowed(ulong planned) =>
        new((long)planned, 0, 0, 0, OutOfScope: (long)planned, 0, null, IsComplete: true, 0, 0, NoWire);

    /// <summary>Why earlier attempts may have missed something.</summary>
    public IReadOnlyList<string> DegradedBefore { get; } = [];

    /// <summary>Why the scan ends before its end.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <summary>Sender: whatever left, resets included.</summary>
    public long PacketsSent { get; set; }

    /// <summary>Sender: packets that were refused and tried again.</summary>
    public long SendErrors { get; set; }

    /// <summary>Receiver: open ports as they come in, before they are counted for good.</summary>
    public long OpenSeen { get; set; }

    /// <summary>Receiver: ports that answered the first question.</summary>
    public long FirstAnswers { get; set; }

    /// <summary>Receiver: ports that answered once they were asked again.</summary>
    public long LaterAnswers { get; set; }

    /// <summary>Receiver: answers to questions that had been given up.</summary>
    public long LateAnswers { get; set; }

    /// <summary>The first reason stays.</summary>
    public void Fail(string reason) => Interlocked.CompareExchange(ref _failure, reason, null);

    /// <summary>Status: adds a run of questions that are over.</summary>
    /// <param name="waitingIsSilence">False where questions were not asked to their end: then they are nobody's silence.</param>
    public void Count(ReadOnlySpan<byte> endings, bool waitingIsSilence)
    {
        for (var ending = waitingIsSilence ? 0 : 1; ending < Endings; ending++)
            _ended[ending] += endings.Count((byte)ending);
    }

    public ScanCheckpoint Checkpoint(ulong index) => new(
        index,
        _ended[(int)ProbeEnding.Open],
        _ended[(int)ProbeEnding.Closed],
        _ended[(int)ProbeEnding.Filtered],
        _ended[(int)ProbeEnding.Waiting],
        _ended[(int)ProbeEnding.OutOfScope],
        _ended[(int)ProbeEnding.Unreachable],
        _sentBefore + PacketsSent)
    {
        Failed = _ended[(int)ProbeEnding.Failed],
    };

    /// <summary>What has not ended in another way was not asked, or not often enough to say that it does not answer.</summary>
    public ScanCoverage Coverage(long planned, string wire, long repliesLost, AddressSet unreachable)
    {
        var ends = Checkpoint(0);
        var notSent = planned - ends.Open - ends.Closed - ends.Filtered - ends.Failed - ends.NoAnswer - ends.OutOfScope;
        var reason = Failure ?? (ends.Unreachable == 0
            ? null
            : $"Addresses of this machine, of no machine and without a way to them are not asked: {unreachable}.");
        return new(
            planned, ends.Open, ends.Closed, ends.NoAnswer, ends.OutOfScope, notSent, reason, Failure is null, ends.PacketsSent, repliesLost, wire)
        {
            Filtered = ends.Filtered,
            Failed = ends.Failed,
            SendErrors = SendErrors,
            LateAnswers = LateAnswers,
        };
    }
}
