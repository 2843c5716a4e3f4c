namespace TaskMesh.Core.Metrics;

/// <summary>CloudWatch's names of units.</summary>
public enum MetricUnit
{
    None,
    Count,
    Seconds,
    Milliseconds,
}
