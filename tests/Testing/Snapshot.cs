using System.Runtime.CompilerServices;

namespace TaskMesh.Testing;

/// <summary>
/// Compares a text with the file that was approved in review, "&lt;TestClass&gt;.&lt;Test&gt;.approved.txt" beside the test.
/// A difference fails the test and leaves a ".received.txt", which <c>make approve</c> accepts.
/// </summary>
public static class Snapshot
{
    public static void Match(string actual, [CallerFilePath] string testFile = "", [CallerMemberName] string test = "")
    {
        var name = $"{Path.ChangeExtension(testFile, null)}.{test}";
        Compare($"{name}.approved.txt", $"{name}.received.txt", actual);
    }

    /// <summary>A document of the repository that is written from the code; its path is relative to the root.</summary>
    public static void MatchDocument(string document, string actual) =>
        Compare(Repository.PathOf(document), Repository.PathOf($"{document}.received.txt"), actual);

    private static void Compare(string approved, string received, string actual)
    {
        var text = $"{actual.ReplaceLineEndings("\n").TrimEnd('\n')}\n";
        var expected = File.Exists(approved) ? File.ReadAllText(approved) : "";
        if (text == expected)
        {
            File.Delete(received);
            return;
        }
        File.WriteAllText(received, text);
        Assert.Fail($"{Path.GetFileName(approved)} {FirstDifference(expected, text)}\nAfter reading the difference, accept it with: make approve");
    }

    private static string FirstDifference(string expected, string actual)
    {
        var (was, now) = (expected.Split('\n'), actual.Split('\n'));
        var line = Enumerable.Range(0, int.Max(was.Length, now.Length)).First(i => was.ElementAtOrDefault(i) != now.ElementAtOrDefault(i));
        return $"differs at line {line + 1}\n  approved: {was.ElementAtOrDefault(line)}\n  received: {now.ElementAtOrDefault(line)}";
    }
}
