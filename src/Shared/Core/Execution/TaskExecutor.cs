using System.Text.Json;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Execution;

/// <summary>The one pipeline: find, decode, time limit, run, classify. Every worker runs every task through here.</summary>
/// <remarks>No wall clock: what is left until the deadline comes with the claim, and the machine's own clock may be a day ahead.</remarks>
public sealed class TaskExecutor(
    TaskCatalogue catalogue, Func<RunTask, WorkerCapabilities> offer, TimeProvider clock, IObjectStore? objects = null, ResultLimits? limits = null)
{
    private readonly ResultCarrier _results = new(objects, limits ?? new ResultLimits());

    /// <summary>How long a task may ignore its cancellation before its slot is taken back.</summary>
    private static readonly TimeSpan CancellationGrace = TimeSpan.FromSeconds(10);

    private const int MostOfStack = 4_000;

    /// <param name="signals">Cancellation means that nobody waits for this attempt any more: cancelled, or its lease is lost.</param>
    /// <returns>The report to the Manager, or null when nobody waits for one.</returns>
    public async Task<CompleteTask?> ExecuteAsync(RunTask run, RunSignals signals)
    {
        var outcome = await OutcomeAsync(run, signals);
        return outcome is null ? null : run.Ended(outcome);
    }

    private async Task<TaskOutcome?> OutcomeAsync(RunTask run, RunSignals signals)
    {
        if (catalogue.Find(run.Kind) is not { } entry)
            return new TaskOutcome.Failed(ErrorClass.Fatal, $"unknown-definition: this worker has no task kind '{run.Kind}'");

        var limit = Shorter(entry.RunTimeout, run.RunTimeout ?? entry.RunTimeout);
        if (limit <= TimeSpan.Zero)
            return new TaskOutcome.TimedOut(TimeSpan.Zero);

        using var timeout = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, signals.Cancellation);
        try
        {
            return await RunAsync(entry, run, signals with { Cancellation = either.Token })
                .WaitAsync(limit + CancellationGrace, clock, signals.Cancellation);
        }
        catch (Exception) when (signals.Cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception) when (timeout.IsCancellationRequested)
        {
            return new TaskOutcome.TimedOut(limit);
        }
        catch (InfrastructureException e)
        {
            return new TaskOutcome.Failed(ErrorClass.Infrastructure, e.Message);
        }
        catch (Exception e) when (e is UndeclaredCapabilityException or ResultQuotaException)
        {
            return new TaskOutcome.Failed(ErrorClass.Fatal, e.Message);
        }
        catch (Exception e)
        {
            return new TaskOutcome.Failed(ErrorClass.Retryable, $"{e.GetType().Name}: {e.Message}", Stack: Beginning(e.StackTrace));
        }
        finally
        {
            // A task that is left behind must hear of it: a linked source that is disposed first would never tell.
            await either.CancelAsync();
        }
    }

    /// <summary>The innermost calls come first.</summary>
    private static string? Beginning(string? stack) => stack?.Length > MostOfStack ? stack[..MostOfStack] : stack;

    private async Task<TaskOutcome> RunAsync(TaskEntry entry, RunTask run, RunSignals signals)
    {
        run = await _results.FetchInputAsync(run, signals.Cancellation);
        var offered = offer(run);
        if (run.Sources is { } sources)
        {
            var (input, problem) = await ResolveAsync(run.Input, sources, offered.TaskData!, signals.Cancellation);
            if (input is null)
                return new TaskOutcome.Failed(ErrorClass.Fatal, problem!);
            run = run with { Input = input.Value };
        }
        var outcome = await entry.ExecuteAsync(run, offered, signals, clock);
        return await _results.CarryAsync(run, outcome, signals.Cancellation);
    }

    private static async Task<(JsonElement? Input, string? Problem)> ResolveAsync(
        JsonElement input, IReadOnlyDictionary<string, Guid> sources, ITaskData data, CancellationToken cancellation)
    {
        var outputs = new Dictionary<string, JsonElement?>();
        foreach (var (name, task) in sources)
            outputs[name] = await data.ReadResultAsync(task, cancellation);
        return InputReferences.Resolve(input, name => outputs.GetValueOrDefault(name));
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
