using System.Runtime.InteropServices;

namespace TaskMesh.Cli.Local;

/// <summary>The production hosts as programs to start: built beside this command, one folder each.</summary>
public sealed class HostPrograms
{
    private readonly string _folder;
    private readonly string _configuration;

    private HostPrograms(string folder, string configuration)
    {
        _folder = folder;
        _configuration = configuration;
    }

    /// <summary>The runtime that this process runs on.</summary>
    public static string Dotnet { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    public static HostPrograms Find()
    {
        // …/bin/Cli/release/ holds this command, …/bin/Manager/release/ the Manager.
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return new HostPrograms(own.Parent!.Parent!.FullName, own.Name);
    }

    public IReadOnlyList<string> Command(string project)
    {
        var program = Path.Combine(_folder, project, _configuration, $"TaskMesh.{project}.dll");
        return File.Exists(program)
            ? [Dotnet, program]
            : throw new CliException(ExitCode.InternalError, $"{program} is missing: build the solution first.");
    }

    /// <summary>
    /// The same programs in a place where other users may read them. A clone in a home directory is closed to the users that the hosts run as.
    /// </summary>
    public HostPrograms ReadableIn(string folder)
    {
        if (IsOpen(_folder))
            return this;
        foreach (var project in new[] { "Manager", "Workers.External", "Workers.Internal", "Workers.BareMetal" })
            Copy(Path.Combine(_folder, project, _configuration), Path.Combine(folder, project, _configuration));
        return new HostPrograms(folder, _configuration);
    }

    /// <summary>Whether everyone may enter a folder and all above it.</summary>
    public static bool IsOpen(string folder)
    {
        for (var place = new DirectoryInfo(folder); place is not null; place = place.Parent)
        {
            if (!place.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        }
        return true;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        foreach (var folder in Directory.EnumerateDirectories(from))
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
