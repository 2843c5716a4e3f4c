using System.Text.Json;

namespace TaskMesh.Proof.Checking;

/// <summary>What the checker found, as one line of JSON. The first six counts after the faults must be 0.</summary>
/// <param name="Findings">A sentence for each, the first few.</param>
public sealed record Report(
    int Tasks,
    int Faults,
    int Lost,
    int DoubleApplied,
    int ZombieApplied,
    int Stuck,
    int EarlyClosed,
    int DlqFromOutage,
    double ExtraExecutionsPct,
    double? RecoveryMsP50,
    double? RecoveryMsP99,
    IReadOnlyList<string> Findings)
{
    private static readonly JsonSerializerOptions OneLine = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Extra executions that no fault had to cause.</summary>
    public double UnforcedExecutionsPct { get; init; }

    /// <summary>A sentence for each of them.</summary>
    public IReadOnlyList<string> Unforced { get; init; } = [];

    /// <summary>The moves of the task that took longest to come back from a killed worker.</summary>
    public string? Slowest { get; init; }

    public bool IsClean => Lost + DoubleApplied + ZombieApplied + Stuck + EarlyClosed + DlqFromOutage == 0;

    public static Report Sum(IReadOnlyCollection<Report> parts) => new(
        parts.Sum(part => part.Tasks),
        parts.Sum(part => part.Faults),
        parts.Sum(part => part.Lost),
        parts.Sum(part => part.DoubleApplied),
        parts.Sum(part => part.ZombieApplied),
        parts.Sum(part => part.Stuck),
        parts.Sum(part => part.EarlyClosed),
        parts.Sum(part => part.DlqFromOutage),
        parts.Count == 0 ? 0 : Math.Round(parts.Average(part => part.ExtraExecutionsPct), 2),
        Median(parts.Select(part => part.RecoveryMsP50)),
        parts.Max(part => part.RecoveryMsP99),
        [.. parts.SelectMany(part => part.Findings)])
    {
        UnforcedExecutionsPct = parts.Count == 0 ? 0 : Math.Round(parts.Average(part => part.UnforcedExecutionsPct), 2),
        Unforced = [.. parts.SelectMany(part => part.Unforced)],
        Slowest = parts.MaxBy(part => part.RecoveryMsP99 ?? 0)?.Slowest,
    };

    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            Tasks,
            Faults,
            Lost,
            DoubleApplied,
            ZombieApplied,
            Stuck,
            EarlyClosed,
            DlqFromOutage,
            ExtraExecutionsPct,
            RecoveryMsP50,
            RecoveryMsP99,
        },
        OneLine);

    private static double? Median(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>().Order()];
        return known.Length == 0 ? null : known[known.Length / 2];
    }
}
