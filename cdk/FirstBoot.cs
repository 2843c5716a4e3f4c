namespace TaskMesh.Cdk;

/// <summary>What a machine does when it starts for the first time: <c>bare-metal/first-boot.sh</c> with the values of a stage.</summary>
internal static class FirstBoot
{
    /// <summary>Where the script puts the certificates of RDS.</summary>
    public const string Certificates = "/opt/taskmesh/rds.pem";

    /// <param name="values">By the variables that the script begins with; single-quoted there, so that the shell takes them as they are.</param>
    public static string Script(Dictionary<string, string> values)
    {
        using var stream = typeof(FirstBoot).Assembly.GetManifestResourceStream("first-boot.sh")!;
        using var reader = new StreamReader(stream);
        var script = reader.ReadToEnd();
        foreach (var (name, value) in values)
        {
            var place = $"\n{name}=\n";
            if (!script.Contains(place, StringComparison.Ordinal))
                throw new InvalidOperationException($"first-boot.sh has no variable {name}");
            script = script.Replace(place, $"\n{name}='{value}'\n", StringComparison.Ordinal);
        }
        return script;
    }
}
