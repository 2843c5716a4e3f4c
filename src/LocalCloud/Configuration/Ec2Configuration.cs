namespace TaskMesh.LocalCloud.Configuration;

/// <summary>How EC2 differs from one that always works at once.</summary>
public sealed record Ec2Configuration
{
    /// <summary>The first that matches a call decides it.</summary>
    public IReadOnlyList<Ec2Fault> Faults { get; init; } = [];

    /// <summary>For how long a new instance is missing from every answer but that of its launch.</summary>
    public double VisibleAfterSeconds { get; init; }

    /// <summary>From the launch to the start of the process.</summary>
    public double BootSeconds { get; init; }

    /// <summary>EC2 may give fewer than MaxResults asks for.</summary>
    public int MostPerPage { get; init; } = 1000;

    /// <summary>Of all types together; null for no quota.</summary>
    public int? VcpuQuota { get; init; }

    /// <summary>For how long a terminated instance counts against the quota.</summary>
    public double TerminatedCountsSeconds { get; init; }

    /// <summary>From the notice to a spot instance until it is taken away.</summary>
    public double SpotNoticeSeconds { get; init; } = 120;
}
