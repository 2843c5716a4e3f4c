namespace TaskMesh.Cdk;

/// <summary>What PostgreSQL runs on.</summary>
public enum DatabaseKind
{
    /// <summary>Aurora Serverless v2: grows with the work.</summary>
    Aurora,

    /// <summary>One RDS instance of a fixed size.</summary>
    Rds,
}
