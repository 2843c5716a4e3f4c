namespace TaskMesh.Benchmarks;

/// <summary>One round of one competitor.</summary>
/// <param name="CpuMicros">Processor time per item that it used itself.</param>
/// <param name="ServerCpuMicros">Processor time per item that PostgreSQL used for it.</param>
internal sealed record Measured(double PerSecond, double CpuMicros, double ServerCpuMicros)
{
    /// <param name="seconds">By the wall clock.</param>
    /// <param name="cpu">Processor seconds of the competitor.</param>
    /// <param name="serverCpu">Processor seconds of PostgreSQL.</param>
    public static Measured Of(int items, double seconds, double cpu, double serverCpu) =>
        new(items / seconds, cpu * 1_000_000 / items, serverCpu * 1_000_000 / items);

    /// <summary>The median of each column.</summary>
    public static Measured Median(IReadOnlyList<Measured> rounds) => new(
        Middle(rounds.Select(round => round.PerSecond)),
        Middle(rounds.Select(round => round.CpuMicros)),
        Middle(rounds.Select(round => round.ServerCpuMicros)));

    private static double Middle(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return ordered[ordered.Length / 2];
    }
}
