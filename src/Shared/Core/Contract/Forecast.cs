namespace TaskMesh.Core.Contract;

/// <summary>What an input tells of a task before it runs.</summary>
/// <param name="Questions">What its packets are to find out, those of its children included; each takes one at least. Null if it sends none.</param>
/// <param name="MostPackets">Null if only the answers can tell.</param>
/// <param name="Rate">Packets per second that it sends, or each of its children.</param>
/// <param name="ChildKind">Of the tasks that it makes.</param>
public sealed record Forecast(long? Questions, long? MostPackets, int Rate, string? ChildKind = null, int Children = 0)
{
    /// <param name="mostEach">Packets for a question; null if only the answers can tell.</param>
    public static Forecast OfScan(UInt128 questions, int? mostEach, int rate) =>
        new(Bounded(questions), mostEach is { } each ? Bounded(questions * (UInt128)each) : null, rate);

    private static long Bounded(UInt128 number) => (long)UInt128.Min(number, long.MaxValue);
}
