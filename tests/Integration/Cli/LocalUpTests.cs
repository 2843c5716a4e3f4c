using TaskMesh.Cli;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

public sealed class LocalUpTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_wrong_setting_of_the_Manager_is_told_by_whoever_starts_the_mesh()
    {
        try
        {
            var up = await RunAsync("up");

            Assert.Equal(ExitCode.Unavailable, up.Code);
            Assert.Contains("no Manager works in it", up.Errors, StringComparison.Ordinal);
            Assert.Contains("MAX_BARE_METAL_WORKERS", up.Errors, StringComparison.Ordinal);
        }
        finally
        {
            await RunAsync("down");
        }
    }

    private async Task<CliAnswer> RunAsync(string verb)
    {
        var environment = new Dictionary<string, string> { ["TASKMESH_LOCAL_FOLDER"] = _folder.Of("mesh"), ["MAX_BARE_METAL_WORKERS"] = "many" };
        using var process = CliProcess.Start(environment, ["local", verb]);
        return await CliProcess.EndAsync(process);
    }
}
