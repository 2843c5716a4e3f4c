namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>Labels that nobody has, and that a scan with the same seed makes again.</summary>
public static class RandomLabel
{
    /// <param name="use">Another one gives another label.</param>
    public static string Of(string use, ulong seed) => $"x{SeededKey.Derive($"label {use}", seed).First:x16}";
}
