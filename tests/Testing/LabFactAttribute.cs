using TaskMesh.Cli.Lab;

namespace TaskMesh.Testing;

/// <summary>A test that needs the network lab, skipped with the reason where namespaces cannot be made.</summary>
public sealed class LabFactAttribute : FactAttribute
{
    public LabFactAttribute() => Skip = NetworkLab.Unavailable;

    /// <summary>Programs that the test needs besides, such as "nmap nft".</summary>
    public string? Programs
    {
        get => null;
        init
        {
            foreach (var program in value!.Split(' ').Where(program => !IsInstalled(program)))
                Skip ??= $"{program} is not installed.";
        }
    }

    private static bool IsInstalled(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
