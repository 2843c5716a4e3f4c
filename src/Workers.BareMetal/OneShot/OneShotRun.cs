using System.Runtime.InteropServices;
using System.Text.Json;
using TaskMesh.Core;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Tasks;
using TaskMesh.Workers.BareMetal.Scanning;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.OneShot;

/// <summary>
/// Runs one task on this machine, through the same pipeline as tasks from the queue: results go to standard output as JSON lines, progress and
/// the reason for a failure to standard error. Nothing but the scan itself touches the network.
/// </summary>
public static class OneShotRun
{
    /// <summary>Exit codes; from 64 on as in sysexits(3).</summary>
    private const int Success = 0, Usage = 2, Failures = 3, Refused = 4, Unavailable = 69, Permission = 77, Interrupted = 130, Terminated = 143;

    private const string Organisation = "default";

    private static readonly TimeSpan ReaderInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>As long as timers go. In the mesh a lost worker's task goes elsewhere in time; here whoever waits for it can end it.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    public static async Task<int> RunAsync(OneShotSettings settings, TimeProvider clock)
    {
        OneShotTask task;
        try
        {
            task = OneShotTask.Parse(await ReadAsync(settings));
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException)
        {
            return await EndAsync(Usage, $"The task cannot be read: {problem.Message}");
        }
        if (Refusal(task, clock) is var (code, reason))
            return await EndAsync(code, reason);
        if (settings.Scanning.Replay is null && RawSocketPrivilege.Problem() is { } missing)
            return await EndAsync(Permission, missing);

        using var stop = new StopSignals();
        using var watch = clock.CreateTimer(_ => stop.EndIfNobodyReads(), null, ReaderInterval, ReaderInterval);
        await using var output = new ResultLines(task, settings.CheckpointFile, Console.OpenStandardOutput());
        var progress = new ScanProgressLine(Console.Error, settings.Progress, isTerminal: !Console.IsErrorRedirected, clock);
        var scanner = new ObservedScanner(new RawScanner(settings.Scanning, clock, progress));
        var catalogue = new TaskCatalogue(AllTasks.Catalogue.Entries.Select(entry => entry with { RunTimeout = Longest }));
        var executor = new TaskExecutor(catalogue, _ => new WorkerCapabilities(output, new NoReconData(clock), RawScanner: scanner), clock);
        var ids = new IdSource(clock, new Random());
        var run = new RunTask(
            ids.Next(), 1, Guid.Empty, task.Kind, task.Input, Guid.Empty, Organisation, clock.GetUtcNow() + Longest, task.Scope,
            Checkpoint: task.Checkpoint);
        var report = await executor.ExecuteAsync(run, new RunSignals(CancellationToken.None, stop.Token));
        progress.End();
        switch (report?.Outcome)
        {
            case TaskOutcome.Succeeded { Data: { } result }:
                output.WriteEnd(result);
                progress.Warn(scanner.Coverage?.Degraded ?? []);
                return Success;
            case TaskOutcome.Yielded when stop.NobodyReads:
                return Success;
            case TaskOutcome.Yielded:
                return await EndAsync(stop.Signal == PosixSignal.SIGINT ? Interrupted : Terminated, "Stopped before the end.");
            case TaskOutcome.Failed failed:
                output.WriteFailure(scanner.Coverage);
                return await EndAsync(scanner.Coverage is { PacketsSent: 0 } ? Unavailable : Failures, failed.Message);
            case TaskOutcome.TimedOut:
                return await EndAsync(Failures, $"Stopped before the end: no task may run for more than {Longest.TotalDays} days.");
            default:
                return await EndAsync(Failures, $"The task ended as {report?.Outcome.GetType().Name}.");
        }
    }

    /// <summary>What can be said before anything is done.</summary>
    private static (int Code, string Reason)? Refusal(OneShotTask task, TimeProvider clock)
    {
        if (AllTasks.Catalogue.Find(task.Kind) is not { } entry)
            return (Usage, $"There is no task kind '{task.Kind}'.");
        var faults = task.Scope.SelectMany(scope => scope.Problems()).ToArray();
        if (faults.Length > 0)
            return (Usage, $"The scope: {string.Join("; ", faults)}.");
        var check = entry.Check(task.Input);
        if (check.Problems.Count > 0)
            return (Usage, $"{string.Join("; ", check.Problems)}.");
        var outside = check.OutOfScope(new(task.Scope), clock.GetUtcNow()).ToArray();
        return outside.Length > 0 ? (Refused, $"{string.Join("; ", outside)}.") : null;
    }

    private static async Task<string> ReadAsync(OneShotSettings settings) => settings.Source switch
    {
        null => settings.Task!,
        "-" => await Console.In.ReadToEndAsync(),
        var file => await File.ReadAllTextAsync(file),
    };

    private static async Task<int> EndAsync(int code, string reason)
    {
        await Console.Error.WriteLineAsync(reason);
        return code;
    }

    /// <summary>
    /// SIGINT and SIGTERM tell the task to stop; a second one of the same kind ends the process. Who interrupts at a terminal interrupts the command
    /// too, which then sends SIGTERM: two signals, and one wish.
    /// </summary>
    private sealed class StopSignals : IDisposable
    {
        private readonly Lock _handling = new();
        private readonly HashSet<PosixSignal> _heard = [];
        private readonly CancellationTokenSource _stop = new();
        private readonly PosixSignalRegistration[] _registrations;
        private bool _isDisposed;

        public StopSignals() => _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        ];

        public CancellationToken Token => _stop.Token;

        public PosixSignal Signal => _heard.Contains(PosixSignal.SIGINT) ? PosixSignal.SIGINT : PosixSignal.SIGTERM;

        /// <summary>Whoever read the results has seen enough.</summary>
        public bool NobodyReads { get; private set; }

        public void EndIfNobodyReads()
        {
            lock (_handling)
            {
                if (_isDisposed || _stop.IsCancellationRequested || !StandardOutput.IsClosed)
                    return;
                NobodyReads = true;
                _stop.Cancel();
            }
        }

        public void Dispose()
        {
            foreach (var registration in _registrations)
                registration.Dispose();
            lock (_handling)
            {
                _isDisposed = true;
                _stop.Dispose();
            }
        }

        private void Handle(PosixSignalContext context)
        {
            lock (_handling)
            {
                context.Cancel = _heard.Add(context.Signal) && !_isDisposed;
                if (!_isDisposed)
                    _stop.Cancel();
            }
        }
    }
}
