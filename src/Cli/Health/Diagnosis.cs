namespace TaskMesh.Cli.Health;

/// <summary>What one check came to.</summary>
/// <param name="Evidence">What was seen, in a sentence.</param>
/// <param name="Fix">What to do, a command where there is one; null if all is well.</param>
internal sealed record Diagnosis(string Check, Verdict Verdict, string Evidence, string? Fix = null)
{
    public static Diagnosis Ok(string check, string evidence) => new(check, Verdict.Ok, evidence);

    public static Diagnosis Warn(string check, string evidence, string fix) => new(check, Verdict.Warn, evidence, fix);

    public static Diagnosis Fail(string check, string evidence, string fix) => new(check, Verdict.Fail, evidence, fix);
}

internal enum Verdict
{
    Ok,

    /// <summary>It works, and somebody should look.</summary>
    Warn,

    /// <summary>It does not work.</summary>
    Fail,
}
