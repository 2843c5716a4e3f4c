using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;

namespace TaskMesh.Core.Execution;

/// <summary>
/// Sends what the tasks of a batch report: soon after each of them ends, and together what ends at about the same time, since each send is paid.
/// </summary>
/// <param name="running">How many tasks have yet to end.</param>
internal sealed class ReportGroups(IManagerQueue manager, int running, TimeProvider clock)
{
    /// <summary>How long a report waits for others while tasks still run.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running = running;
    private List<ManagerMessage>? _group;
    private Task _sent = Task.CompletedTask;

    /// <summary>One task less runs. Done when its report is with the Manager; null if nobody waits for one.</summary>
    public Task EndAsync(CompleteTask? report)
    {
        lock (_lock)
        {
            if (--_running == 0)
                _allEnded.SetResult();
            if (report is null)
                return Task.CompletedTask;
            if (_group is null)
            {
                _group = [];
                _sent = SendAsync(_group);
            }
            _group.Add(report);
            return _sent;
        }
    }

    /// <summary>Whatever has become of the batch meanwhile: what was done is reported.</summary>
    private async Task SendAsync(List<ManagerMessage> group)
    {
        await _allEnded.Task.WaitAsync(Linger, clock).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        lock (_lock)
            _group = null;
        await manager.SendAsync(group, CancellationToken.None);
    }
}
