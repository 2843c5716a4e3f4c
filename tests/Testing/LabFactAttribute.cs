using TaskMesh.Cli.Lab;

namespace TaskMesh.Testing;

/// <summary>A test that needs the network lab, skipped with the reason where namespaces cannot be made.</summary>
public sealed class LabFactAttribute : FactAttribute
{
    public LabFactAttribute() => Skip = NetworkLab.Unavailable;

    /// <summary>A program that the test needs besides, such as "nmap".</summary>
    public string? Program
    {
        get => null;
        init
        {
            if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, value!))))
                Skip ??= $"{value} is not installed.";
        }
    }
}
