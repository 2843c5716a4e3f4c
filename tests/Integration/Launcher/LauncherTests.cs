namespace TaskMesh.Integration.Launcher;

public sealed class LauncherTests : IDisposable
{
    private readonly LauncherClone _clone = new();

    [Fact]
    public void A_verb_runs_the_tool_and_builds_it_only_when_something_changed()
    {
        _clone.Command("dotnet", """
            [ "$1" != build ] || { mkdir -p artifacts/bin/Cli/release; touch artifacts/bin/Cli/release/TaskMesh.Cli.dll; }
            echo "dotnet $1 $2 $3"
            echo "  packages: 6 stand-ins" >&2
            """);

        var first = _clone.Run("ls", "-o json");
        var second = _clone.Run("ls", "-o json");
        File.Delete(_clone.PathOf("src/Old.cs"));
        var third = _clone.Run("ls", "-o json");

        const string Tool = "  packages: 6 stand-ins\n", Lane = "taskmesh: packages: 6 stand-ins\n";
        var ran = $"dotnet {_clone.PathOf("artifacts/bin/Cli/release/TaskMesh.Cli.dll")} ls -o json\n";
        Assert.Equal([ran, ran, ran], [first.Output, second.Output, third.Output]);
        Assert.Equal($"taskmesh: building src/Cli/Cli.csproj, about 90 s this once\n{Lane}{Tool}", first.Errors);
        Assert.Equal(Tool, second.Errors);
        Assert.Equal($"taskmesh: building src/Cli/Cli.csproj\n{Lane}{Tool}", third.Errors);
        Assert.StartsWith("dotnet build src/Cli/Cli.csproj ", File.ReadAllText(_clone.PathOf("artifacts/build.log")));
    }

    [Fact]
    public void A_build_that_fails_is_told_and_nothing_runs()
    {
        _clone.Command("dotnet", """
            echo "  Core -> Core.dll"
            echo "/src/A.cs(1,2): error CS1002: ; expected [/src/Core.csproj]"
            echo "/src/A.cs(1,2): error CS1002: ; expected [/src/Core.csproj]"
            echo "    1 Error(s)"
            [ "$1" != build ] && echo ran
            """);

        var (code, output, errors) = _clone.Run("ls");

        Assert.Equal((1, ""), (code, output));
        Assert.Equal(
            """
            taskmesh: building src/Cli/Cli.csproj, about 90 s this once
            /src/A.cs(1,2): error CS1002: ; expected
            taskmesh: building src/Cli/Cli.csproj failed, artifacts/build.log tells all

            """,
            errors);
    }

    [Fact]
    public void Without_the_sdk_one_sentence_says_so()
    {
        var (code, output, errors) = _clone.Run("ls");

        Assert.Equal((69, "", "taskmesh: the .NET 10 SDK (the command dotnet) is missing\n"), (code, output, errors));
    }

    [Fact]
    public void What_is_missing_is_named_to_a_user_who_may_not_install_it()
    {
        _clone.Command("dotnet", "");
        _clone.Command("id", "echo 1000");
        _clone.Command("tcpdump", "");

        var (code, output, errors) = _clone.Run("test");

        Assert.Equal((77, ""), (code, output));
        Assert.Matches("^taskmesh: 'test' needs.* nodejs nmap.*: run it once as root, or install them with apt-get\n$", errors);
        Assert.DoesNotContain("tcpdump", errors);
    }

    [Fact]
    public void Root_installs_what_is_missing_and_no_more()
    {
        _clone.Command("dotnet", "");
        _clone.Command("id", "echo 0");
        foreach (var present in (string[])["ip", "tcpdump", "node"])
            _clone.Command(present, "");
        _clone.Command("apt-get", "echo \"$@\" >>apt.log");

        var (_, _, errors) = _clone.Run("test");

        Assert.Matches("^taskmesh: installing.* nmap", errors);
        Assert.Matches("^-q update\n-q -y --no-install-recommends install.* nmap", File.ReadAllText(_clone.PathOf("apt.log")));
        Assert.DoesNotContain("tcpdump", errors);
    }

    [Fact]
    public void Tests_are_summed_and_skips_keep_their_reasons()
    {
        _clone.CommandsForTests("""
            case $2 in
            *Unit.dll)
                report Unit passed=\"7\" failed=\"1\" '<UnitTestResult executionId="1" testId="2" testName="Needs_node" outcome="NotExecuted">' \
                    '<Message>needs Node.js &gt; 17</Message>'
                exit 1 ;;
            *Cdk.Tests.dll) report Cdk.Tests passed=\"3\" failed=\"0\" ;;
            *Integration.dll) report Integration passed=\"2\" failed=\"0\" ;;
            esac
            """);

        var (code, output, _) = _clone.Run("test");

        Assert.Equal(1, code);
        Assert.EndsWith("skipped: Needs_node: needs Node.js > 17\n1 skipped\n12 passed, 1 failed\n", output);
    }

    [Theory]
    [InlineData("*Cdk.Tests.dll) exit 1 ;;")]
    [InlineData("*Cdk.Tests.dll) report Cdk.Tests passed=\\\"3\\\" failed=\\\"0\\\"; exit 1 ;;")]
    public void A_suite_that_dies_is_a_failure(string death)
    {
        _clone.CommandsForTests($"""
            case $2 in
            {death}
            *Unit.dll) report Unit passed=\"7\" failed=\"0\" ;;
            *Integration.dll) report Integration passed=\"2\" failed=\"0\" ;;
            esac
            """);

        var (code, output, _) = _clone.Run("test");

        Assert.Equal(1, code);
        Assert.Matches(@"0 skipped\n(9|12) passed, 1 failed\n$", output);
    }

    public void Dispose() => _clone.Dispose();
}
