namespace TaskMesh.Testing;

/// <summary>The clone that the tests run in.</summary>
public static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string PathOf(string relativePath) => Path.Combine(Root, relativePath);

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "TaskMesh.sln"))
        ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside a clone of TaskMesh."));
}
