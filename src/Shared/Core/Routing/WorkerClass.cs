namespace TaskMesh.Core.Routing;

/// <summary>The three kinds of worker, told apart by what they can reach.</summary>
public enum WorkerClass
{
    /// <summary>Lambda outside the VPC: the internet, no database.</summary>
    External,

    /// <summary>Lambda inside the VPC: PostgreSQL, no internet.</summary>
    Internal,

    /// <summary>EC2 inside the VPC: PostgreSQL and raw sockets.</summary>
    BareMetal,
}
