using Amazon.CDK;
using Amazon.CDK.Assertions;
using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests;

public class MeshPackagesTests
{
    private const string Digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    [Fact]
    public void Without_packages_it_says_how_to_build_them() =>
        Assert.Contains("make publish", MeshPackages.In(null).Problem, StringComparison.Ordinal);

    [NodeFact]
    public void A_template_with_packages_refers_to_them_and_to_no_other_worker()
    {
        using var folder = new TemporaryFolder();
        var packages = Write(folder, hasCertificates: true);

        var template = new MeshTemplate(Template.FromStack(new MeshStack(
            new App(new AppProps { AnalyticsReporting = false }), MeshOptions.Read(_ => null), packages)));

        Assert.Null(packages.Problem);
        Assert.Contains($"WORKER_SHA256='{Digest}'", template.Text, StringComparison.Ordinal);
        Assert.All(
            template.All("AWS::Lambda::Function").Values,
            function => Assert.Equal("arm64", function.GetProperty("Architectures")[0].GetString()));
        Assert.Equal(Digest, Assert.Single(template.All("Custom::Migrations")).Value.GetProperty("Package").GetString());
        Assert.Equal(3, template.All("AWS::Lambda::Function").Values.Select(function => function.GetProperty("Code").ToString()).Distinct().Count());
    }

    [Fact]
    public void Without_the_certificates_of_rds_nothing_is_deployed()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("certificates", Write(folder, hasCertificates: false).Problem, StringComparison.Ordinal);
    }

    private static MeshPackages Write(TemporaryFolder folder, bool hasCertificates)
    {
        string[] files = ["manager.zip", "external.zip", "internal.zip", "worker-arm64.tar.gz", "worker-x64.tar.gz"];
        foreach (var file in files)
            File.WriteAllText(folder.Of(file), file);
        var digests = string.Join(',', files.Select(file => $"\"{file}\":\"{Digest}\""));
        File.WriteAllText(
            folder.Of("packages.json"),
            $"{{\"functionArchitecture\":\"arm64\",\"hasCertificates\":{(hasCertificates ? "true" : "false")},\"digests\":{{{digests}}}}}");
        return MeshPackages.In(folder.Path);
    }
}
