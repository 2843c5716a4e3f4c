using System.Text.Json;
using System.Text.Json.Nodes;
using TaskMesh.Proof.Checking;

namespace TaskMesh.Proof.Chaos;

/// <summary>What a run of chaos came to: the checker's counts, and what was done to the mesh.</summary>
public sealed record ChaosReport(Report Checked)
{
    private const double MostExtraPct = 2;
    private static readonly TimeSpan LongestRecovery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestFirstClaim = TimeSpan.FromSeconds(2);

    /// <summary>Of each fault.</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>From the server's return to the first claim after it: the median and the 99th percentile.</summary>
    public required (double? P50, double? P99) FirstClaimAfterRestartMs { get; init; }

    /// <summary>Recovery also of those workers that were killed when the server was about to be.</summary>
    public required double? RecoveryMsP99WithServerKills { get; init; }

    /// <summary>Whether something moved within the last two minutes: what has not ended was slow, and not stuck.</summary>
    public required bool IsMoving { get; init; }

    /// <summary>From the submission to the last task's end.</summary>
    public required double Seconds { get; init; }

    /// <summary>What was wanted beside the six counts, and was not reached.</summary>
    public IEnumerable<string> Missed()
    {
        if (Checked.ExtraExecutionsPct > MostExtraPct)
            yield return $"more than {MostExtraPct} % extra executions";
        if (Checked.RecoveryMsP99 is not { } recovery || recovery > LongestRecovery.TotalMilliseconds)
            yield return $"a killed worker's task not running again within {LongestRecovery.TotalSeconds:0} s, 99th percentile";
        if (FirstClaimAfterRestartMs.P99 is not { } claim || claim > LongestFirstClaim.TotalMilliseconds)
            yield return $"no claim within {LongestFirstClaim.TotalSeconds:0} s of the server's return, 99th percentile";
    }

    public string ToJson()
    {
        var line = JsonNode.Parse(Checked.ToJson())!.AsObject();
        line["recovery_ms_p99_with_server_kills"] = RecoveryMsP99WithServerKills;
        line["first_claim_after_restart_ms_p50"] = FirstClaimAfterRestartMs.P50;
        line["first_claim_after_restart_ms"] = FirstClaimAfterRestartMs.P99;
        line["unforced_executions_pct"] = Checked.UnforcedExecutionsPct;
        line["seconds"] = Seconds;
        foreach (var (fault, count) in Counts.OrderBy(fault => fault.Key))
            line[JsonNamingPolicy.SnakeCaseLower.ConvertName(fault)] = count;
        return line.ToJsonString();
    }
}
