using System.Diagnostics;
using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests;

/// <summary>The program that the command line of CDK runs.</summary>
public class ProgramTests
{
    /// <summary>It stands beside the tests: …/bin/Cdk.Tests/release/ and …/bin/Cdk/release/.</summary>
    private static readonly string Program = Repository.PathOf(
        $"artifacts/bin/Cdk/{Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))}/TaskMesh.Cdk.dll");

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [NodeFact]
    public async Task What_is_wrong_in_the_context_ends_it_before_anything_is_made()
    {
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo("dotnet", [Program]) { RedirectStandardError = true };
        start.Environment["CDK_CONTEXT_JSON"] = """{"pools":"[{","providerKeys":"shodan","architecture":"mips"}""";
        start.Environment["CDK_OUTDIR"] = folder.Of("out");

        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync().WaitAsync(Limit);
        await process.WaitForExitAsync();

        Assert.Equal(78, process.ExitCode);
        foreach (var problem in new[] { "pools': is no list of pools: ", "architecture': 'mips' is none of ", "providerKeys': 'shodan' is no ARN" })
            Assert.Contains($"The context value '{problem}", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.Of("out/taskmesh-dev.template.json")));
    }
}
