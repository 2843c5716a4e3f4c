using System.CommandLine;
using System.Diagnostics;
using TaskMesh.Cli.Local;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Messages;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh local</c>: the mesh on this machine, without AWS.</summary>
internal static class LocalCommand
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ManagerLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static string Folder => LocalFolder.Find(ProcessEnvironment.Read());

    public static Command Create() => new("local", "Run the whole mesh on this machine, without AWS.") { Up(), Down(), Status(), Env(), Serve() };

    private static Command Up()
    {
        var command = new Command("up", "Start the mesh in the background, or find it running.");
        command.SetAction(async (parsed, cancellation) =>
        {
            if (LocalState.Read(Folder) is null)
            {
                await StartAsync(parsed, cancellation);
                await WaitForManagerAsync(cancellation);
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"The mesh runs; its data and logs are in {Folder}");
            }
            Print(parsed.Printer(), LocalState.Read(Folder));
        });
        return command;
    }

    private static Command Down()
    {
        var command = new Command("down", "Stop the mesh. Its data stays.");
        command.SetAction(async (parsed, cancellation) =>
        {
            if (LocalState.Read(Folder) is not { } state)
            {
                Print(parsed.Printer(), null);
                return;
            }
            using var process = Process.GetProcessById(state.ProcessId);
            using var kill = Process.Start("kill", ["-TERM", $"{state.ProcessId}"]);
            await process.WaitForExitAsync(cancellation).WaitAsync(StopLimit, TimeProvider.System, cancellation);
            Print(parsed.Printer(), null, $"The mesh has stopped; its data and logs stay in {Folder}");
        });
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "Tell whether the mesh runs, and where.");
        command.SetAction(parsed =>
        {
            var state = LocalState.Read(Folder);
            Print(parsed.Printer(), state);
            return state is null ? ExitCode.Unavailable : ExitCode.Success;
        });
        return command;
    }

    private static Command Env()
    {
        var command = new Command("env", "Print what other tools need to reach the mesh, as shell exports: eval \"$(taskmesh local env)\".");
        command.SetAction(parsed =>
        {
            var state = LocalState.Read(Folder) ?? throw new CliException(ExitCode.Unavailable, "No mesh runs here.");
            var variables = new Dictionary<string, string>
            {
                ["AWS_ENDPOINT_URL"] = state.Endpoint.GetLeftPart(UriPartial.Authority),
                ["AWS_REGION"] = LocalCloudPlan.Region,
                ["AWS_DEFAULT_REGION"] = LocalCloudPlan.Region,
                ["AWS_ACCESS_KEY_ID"] = "local",
                ["AWS_SECRET_ACCESS_KEY"] = "local",
                ["TASKMESH_MANAGER_QUEUE_URL"] = state.ManagerQueue,
            };
            var printer = parsed.Printer();
            printer.One(variables, () =>
            {
                foreach (var (name, value) in variables)
                    printer.Text($"export {name}='{value}'");
            });
        });
        return command;
    }

    /// <summary>The mesh itself, in the foreground: what `up` leaves running.</summary>
    private static Command Serve()
    {
        var command = new Command("serve", "Run the mesh in the foreground until it is told to stop.") { Hidden = true };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = await LocalMesh.StartAsync(
                LocalSettings.Read(Folder, ProcessEnvironment.Read()), line => parsed.InvocationConfiguration.Error.WriteLine(line), cancellation);
            mesh.State.Write(Folder);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            }
            catch (OperationCanceledException)
            {
                // Told to stop.
            }
            finally
            {
                LocalState.Remove(Folder);
            }
        });
        return command;
    }

    private static async Task StartAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Folder);
        var log = Path.Combine(Folder, "mesh.log");
        // The shell appends to the log and is replaced by the mesh, in a session of its own: closing this terminal does not end it.
        using var process = Process.Start(new ProcessStartInfo("setsid",
        [
            "/bin/sh", "-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", log, HostPrograms.Dotnet, typeof(
                LocalCommand).Assembly.Location, "local", "serve",
        ]))!;
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        while (LocalState.Read(Folder) is null)
        {
            if (process.HasExited)
                throw new CliException(ExitCode.Unavailable, $"The mesh did not start: {LastLine(log)} (the whole log is in {log})");
            if (clock.GetElapsedTime(started) > StartLimit)
                throw new CliException(ExitCode.Unavailable, $"The mesh was not ready within {StartLimit.TotalSeconds} s; see {log}");
            await Task.Delay(Pause, clock, cancellation);
        }
    }

    /// <summary>A Manager with a wrong setting ends as soon as it starts: better heard of here than from a task that waits.</summary>
    private static async Task WaitForManagerAsync(CancellationToken cancellation)
    {
        var state = LocalState.Read(Folder) ?? throw new CliException(ExitCode.Unavailable, "The mesh has ended as soon as it was ready.");
        await using var mesh = new MeshClient(MeshSettings.Of(state));
        await mesh.SendAsync(new Tick(), cancellation);
        var clock = TimeProvider.System;
        var asked = clock.GetTimestamp();
        while (!((await mesh.Health.ReadAsync(cancellation)).SweptAgo < clock.GetUtcNow() - state.StartedAt))
        {
            var log = new LocalMeshOptions(Folder).ManagerLog;
            if (clock.GetElapsedTime(asked) > ManagerLimit)
                throw new CliException(
                    ExitCode.Unavailable,
                    $"The mesh runs, but no Manager works in it: {LastLine(log)} (the whole log is in {log}; `taskmesh local down` stops the mesh)");
            await Task.Delay(Pause, clock, cancellation);
        }
    }

    /// <summary>Above the calls that an exception ends with.</summary>
    private static string LastLine(string log) => File.Exists(log)
        ? File.ReadLines(log).LastOrDefault(line => line.Length > 0 && !line.TrimStart().StartsWith("at ", StringComparison.Ordinal)) ?? ""
        : "";

    /// <param name="none">What to say where none runs.</param>
    private static void Print(Printer printer, LocalState? state, string none = "No mesh runs here.")
    {
        var view = new View(Schema.Local, state is not null, state?.ProcessId, state?.Endpoint, Folder, state?.ManagerQueue, state?.StartedAt);
        printer.One(view, () =>
        {
            if (state is null)
            {
                printer.Text(none);
                return;
            }
            printer.Facts(
                ("running", $"since {state.StartedAt:u}, process {state.ProcessId}"),
                ("folder", Folder),
                ("AWS_ENDPOINT_URL", state.Endpoint.GetLeftPart(UriPartial.Authority)),
                ("manager queue", state.ManagerQueue));
        });
    }

    private sealed record View(
        string Schema, bool Running, int? ProcessId, Uri? Endpoint, string Folder, string? ManagerQueue, DateTimeOffset? StartedAt);
}
