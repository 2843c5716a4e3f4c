using TaskMesh.Testing;

namespace TaskMesh.Unit.Architecture;

public class MirrorTests
{
    private static readonly (string Tests, string Sources)[] Mirrors = [("tests/Unit", "src"), ("tests/Cdk", "cdk")];

    [Fact]
    public void Tests_stand_where_what_they_test_stands() => Findings.None(
        from mirror in Mirrors
        from test in CommittedFiles.In([mirror.Tests], "Tests.cs")
        where !test.StartsWith("tests/Unit/Architecture/", StringComparison.Ordinal)
        let source = $"{mirror.Sources}{test[mirror.Tests.Length..^"Tests.cs".Length]}.cs"
        where !File.Exists(Repository.PathOf(source))
        select $"{test} has no {source}");
}
