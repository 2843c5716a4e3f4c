namespace TaskMesh.Integration.Aws;

/// <summary>Credentials and a region for this process, where it has none of its own.</summary>
internal sealed class TestIdentity : IDisposable
{
    private static readonly string[] Names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"];

    private readonly string?[] _before = [.. Names.Select(Environment.GetEnvironmentVariable)];

    public TestIdentity()
    {
        foreach (var name in Names)
            Environment.SetEnvironmentVariable(name, name == "AWS_REGION" ? "eu-west-1" : "any");
    }

    public void Dispose()
    {
        foreach (var (name, value) in Names.Zip(_before))
            Environment.SetEnvironmentVariable(name, value);
    }
}
