namespace TaskMesh.Cli.Output;

/// <summary>How data is written to standard output.</summary>
public enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One document.</summary>
    Json,

    /// <summary>One object a line.</summary>
    Jsonl,

    /// <summary>Nothing; the exit code tells.</summary>
    None,
}
