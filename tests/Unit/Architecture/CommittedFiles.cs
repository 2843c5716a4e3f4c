using TaskMesh.Testing;

namespace TaskMesh.Unit.Architecture;

/// <summary>The files of the clone that somebody wrote; paths are relative to its root, with slashes.</summary>
internal static class CommittedFiles
{
    private static readonly string[] MadeByTools = [".git", "artifacts", "node_modules", "cdk.out", ".vs", ".idea"];

    private static readonly string[] Paths =
        [.. FilesIn(Repository.Root).Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal)];

    /// <summary>Those under one of the folders, or all, with one of the endings.</summary>
    public static IEnumerable<string> In(string[] folders, params string[] endings) => Paths.Where(path =>
        (folders.Length == 0 || folders.Any(folder => path.StartsWith($"{folder}/", StringComparison.Ordinal)))
        && endings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)));

    /// <summary>All that is text: captures and archives hold zero bytes.</summary>
    public static IEnumerable<(string Path, string Content)> Texts() =>
        Paths.Select(path => (Path: path, Content: Read(path))).Where(file => !file.Content.Contains('\0'));

    public static string Read(string path) => File.ReadAllText(Repository.PathOf(path));

    private static IEnumerable<string> FilesIn(string folder) =>
        Directory.EnumerateFiles(folder).Concat(Directory.EnumerateDirectories(folder)
            .Where(inner => !MadeByTools.Contains(Path.GetFileName(inner)))
            .SelectMany(FilesIn));
}
