using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests.Constructs;

public class MigrationsTests
{
    [NodeFact]
    public void The_schema_is_current_before_any_host_starts()
    {
        var applied = Assert.Single(SynthesisedMesh.Dev.All("Custom::Migrations")).Key;
        var hosts = SynthesisedMesh.Dev.Resources.Where(resource =>
            resource.Value.GetProperty("Type").GetString() is "AWS::Lambda::Function" or "AWS::Lambda::EventSourceMapping"
            && resource.Name.StartsWith("Functions", StringComparison.Ordinal)).ToArray();

        Assert.Equal(7, hosts.Length);
        Assert.All(hosts, host => Assert.Contains(
            applied, host.Value.GetProperty("DependsOn").EnumerateArray().Select(dependency => dependency.GetString())));
    }

    [NodeFact]
    public void Only_migrations_read_the_administrators_secret()
    {
        var reader = Assert.Single(
            SynthesisedMesh.Dev.All("AWS::IAM::Policy"), policy => policy.Value.ToString().Contains("secretsmanager:", StringComparison.Ordinal));

        Assert.StartsWith("Migrations", reader.Key, StringComparison.Ordinal);
    }
}
