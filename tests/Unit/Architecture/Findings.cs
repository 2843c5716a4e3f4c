namespace TaskMesh.Unit.Architecture;

internal static class Findings
{
    /// <summary>Passes when a rule has nothing to complain of, and otherwise prints every complaint.</summary>
    public static void None(IEnumerable<string> findings)
    {
        string[] all = [.. findings];
        Assert.True(all.Length == 0, string.Join('\n', all));
    }
}
