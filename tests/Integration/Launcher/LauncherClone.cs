using System.Diagnostics;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Launcher;

/// <summary>A folder with the launcher in it and a PATH that holds only what a test puts there, beside the tools of every Debian.</summary>
public sealed class LauncherClone : IDisposable
{
    private static readonly string[] EveryDebian =
        ["awk", "dirname", "echo", "find", "flock", "mkdir", "mv", "readlink", "rm", "sed", "sh", "touch", "wc"];

    private readonly string _root = Directory.CreateTempSubdirectory("taskmesh-launcher-").FullName;

    public LauncherClone()
    {
        foreach (var folder in (string[])["bin", "src", "stand-ins"])
            Directory.CreateDirectory(PathOf(folder));
        foreach (var tool in EveryDebian)
            File.CreateSymbolicLink(PathOf($"bin/{tool}"), $"/usr/bin/{tool}");
        foreach (var file in (string[])["src/Old.cs", "Directory.Build.props", "global.json"])
            File.WriteAllText(PathOf(file), "");
        File.Copy(Repository.PathOf("taskmesh"), PathOf("taskmesh"));
    }

    public string PathOf(string relativePath) => Path.Combine(_root, relativePath);

    public void Command(string name, string script)
    {
        File.WriteAllText(PathOf($"bin/{name}"), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(PathOf($"bin/{name}"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>
    /// Nothing is missing, and "dotnet test" does what the script says; "report SUITE PASSED FAILED LINE..." writes a report as it would.
    /// </summary>
    public void CommandsForTests(string script)
    {
        foreach (var present in (string[])["apt-get", "ip", "nft", "node", "nmap", "tcpdump"])
            Command(present, "");
        Command("id", "echo 0");
        Command("dotnet", $$"""
            report() {
                suite=$1 passed=$2 failed=$3
                shift 3
                mkdir -p artifacts/test-results
                for line in "$@" "<Counters total=\"0\" $passed $failed error=\"0\" />"; do
                    echo "$line"
                done >artifacts/test-results/$suite.trx
            }
            [ "$1" = test ] || exit 0
            {{script}}
            """);
    }

    public (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", [PathOf("taskmesh"), .. arguments])
        {
            WorkingDirectory = _root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = PathOf("bin");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
