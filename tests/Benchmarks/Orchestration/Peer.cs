using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using TaskMesh.Testing;

namespace TaskMesh.Benchmarks.Orchestration;

/// <summary>Another task queue on PostgreSQL, in a Node process of its own. npm installs it below artifacts/ once.</summary>
/// <param name="Name">As peer.mjs knows it.</param>
/// <param name="Batch">Jobs that it is given, takes and completes at once, where it can.</param>
/// <param name="Lanes">How many such calls are under way at once.</param>
/// <param name="Waiting">How many jobs are added ahead of those that have ended.</param>
internal sealed record Peer(string Name, int Batch, int Lanes, int Waiting)
{
    private static readonly string Sources = Repository.PathOf("tests/Benchmarks/peers");
    private static readonly string Folder = Repository.PathOf("artifacts/bench-peers");

    public static async Task InstallAsync(CancellationToken cancellation)
    {
        if (NodeJs.WhyNot(from: 20) is { } reason)
            throw new InvalidOperationException($"The peers: {reason}.");
        var installed = Path.Combine(Folder, "installed.json");
        var wanted = await File.ReadAllTextAsync(Path.Combine(Sources, "package-lock.json"), cancellation);
        Directory.CreateDirectory(Folder);
        foreach (var file in Directory.GetFiles(Sources))
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed, cancellation) == wanted)
            return;
        await OutputAsync(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]), cancellation);
        await File.WriteAllTextAsync(installed, wanted, cancellation);
    }

    /// <returns>Seconds by the wall clock, and of its processor time.</returns>
    public async Task<(double Seconds, double Cpu)> RunAsync(int jobs, string connectionString, CancellationToken cancellation)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var node = new ProcessStartInfo("node", ["peer.mjs", Name, $"{jobs}", $"{Batch}", $"{Lanes}", $"{Waiting}"])
        {
            Environment =
            {
                ["PGHOST"] = server.Host,
                ["PGPORT"] = $"{server.Port}",
                ["PGUSER"] = server.Username,
                ["PGDATABASE"] = server.Database,
                ["NODE_ENV"] = "production",
            },
        };
        var answer = JsonElement.Parse(await OutputAsync(node, cancellation));
        return (answer.GetProperty("seconds").GetDouble(), answer.GetProperty("cpu").GetDouble());
    }

    private static async Task<string> OutputAsync(ProcessStartInfo start, CancellationToken cancellation)
    {
        start.WorkingDirectory = Folder;
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {output}");
    }
}
