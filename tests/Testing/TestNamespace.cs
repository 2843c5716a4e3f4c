using System.Diagnostics;

namespace TaskMesh.Testing;

/// <summary>A network namespace of a test's own, with a loopback device and nothing else, removed at the end.</summary>
public sealed class TestNamespace : IDisposable
{
    public TestNamespace()
    {
        Ip("netns", "add", Name);
        Ip("-n", Name, "link", "set", "lo", "up");
    }

    public string Name { get; } = $"tm-{Guid.NewGuid():N}"[..15];

    public void Dispose() => Ip("netns", "delete", Name);

    private static void Ip(params string[] arguments)
    {
        using var process = Process.Start("ip", arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
