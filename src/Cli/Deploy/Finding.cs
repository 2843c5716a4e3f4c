namespace TaskMesh.Cli.Deploy;

/// <summary>What one check came to.</summary>
/// <param name="IsGood">Null where it could not be asked.</param>
/// <param name="Sentence">What is, and what to do where it is not good.</param>
public sealed record Finding(string Check, bool? IsGood, string Sentence);
