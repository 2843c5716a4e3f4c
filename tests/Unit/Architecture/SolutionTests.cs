using System.Text.RegularExpressions;
using static TaskMesh.Unit.Architecture.Findings;

namespace TaskMesh.Unit.Architecture;

public class SolutionTests
{
    private static readonly string Solution = CommittedFiles.Read("TaskMesh.sln");

    [Fact]
    public void Every_project_is_built_with_the_solution() => None(
        from path in CommittedFiles.In(["src", "cdk", "tests"], ".csproj")
        // What others are measured beside takes no setting of ours: the bench builds it.
        where !path.StartsWith("tests/Benchmarks/peers/", StringComparison.Ordinal)
        where !Solution.Contains($"{IdOf(path)}.Release|Any CPU.Build.0 = Release|Any CPU", StringComparison.Ordinal)
        select $"{path}: dotnet sln add {path}");

    private static string IdOf(string path)
    {
        var entry = Regex.Match(Solution, $"\"{Regex.Escape(path.Replace('/', '\\'))}\", \"(.+?)\"");
        return entry.Success ? entry.Groups[1].Value : "no id";
    }
}
