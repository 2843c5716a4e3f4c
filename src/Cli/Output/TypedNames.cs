namespace TaskMesh.Cli.Output;

/// <summary>Problems name fields of messages; whoever typed options and arguments reads those.</summary>
internal static class TypedNames
{
    private const string End = ": ", Between = ", ";

    /// <param name="problem">Begins with a field's name, or several with commas, and a colon.</param>
    /// <param name="names">What was typed for each field.</param>
    public static string In(string problem, IReadOnlyDictionary<string, string> names)
    {
        var end = problem.IndexOf(End, StringComparison.Ordinal);
        return end < 0
            ? problem
            : string.Join(Between, problem[..end].Split(Between).Select(field => names.GetValueOrDefault(field, field))) + problem[end..];
    }
}
