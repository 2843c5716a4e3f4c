using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TaskMesh.LocalCloud.Processes;

/// <summary>A process that dies with this one: in order when it is stopped, by the kernel's hand when LocalCloud was killed.</summary>
/// <remarks>
/// The kernel sends the parent-death signal when the thread that started the child ends, not the process (prctl(2)). Threads of the
/// pool come and go, so every child is started by one thread that lives as long as LocalCloud.
/// </remarks>
public sealed partial class ChildProcess
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly BlockingCollection<Action> Starts = StartThread();

    private readonly Process _process;
    private volatile bool _isGone;

    private ChildProcess(Process process)
    {
        _process = process;
        Id = process.Id;
        Exited = ExitedAsync();
    }

    public int Id { get; }

    /// <summary>The exit code, once the process is gone and has been waited for; 128 and the signal's number if a signal ended it.</summary>
    public Task<int> Exited { get; }

    public static async Task<ChildProcess> StartAsync(ChildStart start) => new(await StartAsync(StartInfo(start)));

    /// <summary>Starts a process whose parent, to the kernel, lives as long as this process.</summary>
    public static Task<Process> StartAsync(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    public void Signal(int signal)
    {
        if (!Exited.IsCompleted)
            SignalGroup(signal);
    }

    public void Kill() => Signal(SigKill);

    /// <summary>Asks by SIGTERM, then kills. When it returns, the process has been waited for.</summary>
    public Task StopAsync(TimeSpan grace, TimeProvider clock) => StopAsync(SigTerm, grace, clock);

    public async Task StopAsync(int signal, TimeSpan grace, TimeProvider clock)
    {
        Signal(signal);
        try
        {
            await Exited.WaitAsync(grace, clock);
        }
        catch (TimeoutException)
        {
            Kill();
            await Exited;
        }
    }

    private static ProcessStartInfo StartInfo(ChildStart start)
    {
        var arguments = start.Arguments().ToList();
        var info = new ProcessStartInfo(arguments[0], arguments[1..]) { WorkingDirectory = "/" };
        info.Environment.Clear();
        info.Environment["PATH"] = DefaultPath;
        info.Environment["HOME"] = "/tmp";
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;
        return info;
    }

    private async Task<int> ExitedAsync()
    {
        await _process.WaitForExitAsync();
        _isGone = true;
        // What the child itself started and left behind is in its process group.
        SignalGroup(SigKill);
        using (_process)
            return _process.ExitCode;
    }

    /// <summary>The child leads its group only after setsid ran; before that it has no children of its own.</summary>
    private void SignalGroup(int signal)
    {
        if (Kill(-Id, signal) != 0 && !_isGone)
            _ = Kill(Id, signal);
    }

    private static BlockingCollection<Action> StartThread()
    {
        var starts = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable())
                start();
        })
        { IsBackground = true, Name = "child processes" }.Start();
        return starts;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processOrGroup, int signal);
}
