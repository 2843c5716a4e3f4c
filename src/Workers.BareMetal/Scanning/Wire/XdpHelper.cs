namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>
/// A second thread that has the kernel send: what the kernel does for each frame costs most by far, and so two cores share it. It holds one batch at
/// a time; the sender's thread gives it the next one when it is idle, and sends by itself meanwhile.
/// </summary>
internal sealed class XdpHelper : IDisposable
{
    private readonly XdpSocket _socket;
    private readonly SemaphoreSlim _work = new(0);
    private readonly Thread _thread;
    private volatile bool _isBusy;
    private volatile bool _hasEnded;
    private string? _error;

    public XdpHelper(XdpSocket socket)
    {
        _socket = socket;
        _thread = new Thread(Run) { IsBackground = true, Name = "xdp helper" };
        _thread.Start();
    }

    public bool IsIdle => !_isBusy;

    /// <summary>Sends what was added to the socket, which is this thread's until it is idle again.</summary>
    public void Start()
    {
        _isBusy = true;
        _work.Release();
    }

    /// <summary>Why the last batch, or the rest of it, has not left yet; it is tried again. Null when it has. Only of an idle one.</summary>
    public string? TryAgain()
    {
        var error = _error;
        if (error is not null)
            Start();
        return error;
    }

    public void Dispose()
    {
        _hasEnded = true;
        _work.Release();
        _thread.Join();
        _work.Dispose();
        _socket.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _work.Wait();
            if (_hasEnded)
                return;
            _socket.Flush(out _error);
            _isBusy = false;
        }
    }
}
