using System.Text.RegularExpressions;
using TaskMesh.Testing;
using static TaskMesh.Unit.Architecture.Findings;

namespace TaskMesh.Unit.Architecture;

public partial class TidyTests
{
    private const int LongestFile = 300;

    private const int LongestLine = 150;

    /// <summary>Files that are longer than others, each with the reason why it stays one file.</summary>
    private static readonly Dictionary<string, string> LongFiles = [];

    /// <summary>Files with a second type that is not a value, each with the reason why the two stay together.</summary>
    private static readonly Dictionary<string, string> SharedFiles = new()
    {
        ["src/Shared/Core/Workflow/Duration.cs"] = "the notation and its JSON converter",
    };

    private static readonly string[] OwnCode = ["src", "cdk", "tests"];

    private static readonly string[] CodeEndings = [".cs", ".sql", ".sh", ".ci/run", "taskmesh"];

    [Fact]
    public void A_file_is_named_for_its_public_type() => None(
        from path in CommittedFiles.In(OwnCode, ".cs")
        let types = PublicTypes(path)
        where types.Length > 0 && types.All(type => type.Name != NameOf(path))
        select $"{path} holds {string.Join(", ", types.Select(type => type.Name))}");

    /// <summary>
    /// Beside it stand values only: the cases of a union, what a port hands over, a delegate. An enumeration may have its
    /// extensions with it, in a class of its name in plural.
    /// </summary>
    [Fact]
    public void A_file_holds_one_type_with_behaviour() => None(
        from path in CommittedFiles.In(OwnCode, ".cs")
        where !SharedFiles.ContainsKey(path)
        let types = PublicTypes(path)
        from type in types
        where type.Name != NameOf(path) && type.Kind is "class" or "interface" or "struct"
        where !(types.Contains(("enum", NameOf(path))) && type.Name == $"{NameOf(path)}s")
        select $"{path}: {type.Kind} {type.Name} wants a file of its own");

    [Fact]
    public void Files_stay_short() => None(
        from path in CommittedFiles.In([], CodeEndings)
        let lines = Lines(path)
        where lines > LongestFile && !LongFiles.ContainsKey(path)
        select $"{path} has {lines} lines");

    [Fact]
    public void Exceptions_are_still_needed() => None(
        LongFiles.Keys.Where(path => !Exists(path) || Lines(path) <= LongestFile)
            .Concat(SharedFiles.Keys.Where(path => !Exists(path) || PublicTypes(path).Length < 2)));

    [Fact]
    public void Lines_stay_readable() => None(
        from path in CommittedFiles.In([], CodeEndings)
        from line in Numbered(CommittedFiles.Read(path))
        where line.Text.Length > LongestLine
        select $"{path}:{line.Number} has {line.Text.Length} columns");

    [Fact]
    public void Code_ends_with_one_newline() => None(
        from path in CommittedFiles.In([], CodeEndings)
        let text = CommittedFiles.Read(path)
        where text.Length > 0 && (text[^1] != '\n' || text.EndsWith("\n\n", StringComparison.Ordinal))
        select path);

    [Fact]
    public void CSharp_has_no_tabs() => None(CommittedFiles.In([], ".cs").Where(path => CommittedFiles.Read(path).Contains('\t')));

    [Fact]
    public void What_is_left_to_do_has_an_issue() => None(InTexts(LooseEnd()));

    [Fact]
    public void Links_in_documents_lead_to_files() => None(
        from path in CommittedFiles.In([], ".md")
        from Match link in Link().Matches(CommittedFiles.Read(path))
        let target = Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, link.Groups["target"].Value)
        where !Path.Exists(target)
        select $"{path}: {link.Value}");

    [Fact]
    public void No_file_knows_the_machine_it_was_written_on() => None(InTexts(MachinePath()));

    [Fact]
    public void No_file_names_a_package_registry() => None(InTexts(Registry()));

    [Fact]
    public void Lock_files_hold_no_addresses() => None(
        CommittedFiles.In([], "lock.json").Where(path => CommittedFiles.Read(path).Contains("://", StringComparison.Ordinal)));

    /// <summary>"SqsContract.Batches.cs" holds a part of SqsContract.</summary>
    private static string NameOf(string path) => Path.GetFileName(path).Split('.')[0];

    private static bool Exists(string path) => File.Exists(Repository.PathOf(path));

    private static int Lines(string path) => CommittedFiles.Read(path).Count(character => character == '\n');

    private static (string Kind, string Name)[] PublicTypes(string path) =>
        [.. PublicType().Matches(CommittedFiles.Read(path)).Select(match => (match.Groups["kind"].Value, match.Groups["name"].Value))];

    private static IEnumerable<string> InTexts(Regex pattern) =>
        from file in CommittedFiles.Texts()
        from line in Numbered(file.Content)
        where pattern.IsMatch(line.Text)
        select $"{file.Path}:{line.Number}: {line.Text.Trim()}";

    private static IEnumerable<(int Number, string Text)> Numbered(string text) => text.Split('\n').Select((line, index) => (index + 1, line));

    [GeneratedRegex(
        @"^public (?:(?:sealed|abstract|static|readonly|ref|partial|unsafe) )*"
        + @"(?:(?<kind>class|interface|struct|enum|record)(?: struct)?|(?<kind>delegate) [^(\n]+) (?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"\b(?:[T]ODO|[F]IXME|[H]ACK)\b(?!.{0,2}#\d)")]
    private static partial Regex LooseEnd();

    [GeneratedRegex(@"\]\((?!\w+:|#)(?<target>[^)#\s]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<![\w.])/(?:home|root|work|tmp/w|Users)/\w")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"nuget\.org|npmjs\.|pypi\.org|crates\.io|proxy\.golang\.org")]
    private static partial Regex Registry();
}
