using TaskMesh.Cli;
using TaskMesh.Cli.Mesh;

namespace TaskMesh.Unit.Cli.Mesh;

public class MeshClientTests
{
    [Theory]
    [InlineData("x")]
    [InlineData("Host=127.0.0.1;Port=abc")]
    [InlineData("Host=127.0.0.1;Sort=5432")]
    [InlineData("Username=tm_reader")]
    public void A_connection_string_that_is_none_is_a_wrong_setting(string database)
    {
        var wrong = Assert.Throws<CliException>(() => new MeshClient(new MeshSettings(database, "manager", "control", null)));

        Assert.Equal(ExitCode.Configuration, wrong.ExitCode);
        Assert.StartsWith("TASKMESH_CLI_DATABASE: is no connection string: ", wrong.Message, StringComparison.Ordinal);
    }
}
