using System.ComponentModel;
using System.Diagnostics;

namespace TaskMesh.Testing;

/// <summary>Whether this host has the Node.js that a test needs.</summary>
public static class NodeJs
{
    private static readonly Lazy<int?> Installed = new(FindMajorVersion);

    /// <returns>The reason why it has not; null if it has.</returns>
    public static string? WhyNot(int from) => Installed.Value switch
    {
        null => "needs Node.js, which is not installed",
        var major when major < from => $"needs Node.js {from} or later, this is {major}",
        _ => null,
    };

    private static int? FindMajorVersion()
    {
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true })!;
            return int.Parse(node.StandardOutput.ReadToEnd().TrimStart('v').Split('.')[0]);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
