namespace TaskMesh.Cli.Output;

/// <summary>
/// Progress on standard error: one line that is written over where that is a terminal, otherwise a line whenever something has changed,
/// at most one every few seconds.
/// </summary>
public sealed class ProgressLine(TextWriter error, bool isTerminal, TimeProvider clock)
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(2);

    private const string EraseLine = "\r\e[K";

    private string _last = "";
    private long _written;

    public void Show(string text)
    {
        text = TerminalText.Safe(text);
        if (text == _last)
            return;
        if (isTerminal)
            error.Write($"{EraseLine}{text}");
        else if (_written == 0 || clock.GetElapsedTime(_written) >= QuietTime)
            error.WriteLine(text);
        else
            return;
        _last = text;
        _written = clock.GetTimestamp();
    }

    /// <summary>A line that stays.</summary>
    public void Say(string text)
    {
        End();
        error.WriteLine(TerminalText.Safe(text));
    }

    /// <summary>Leaves the line free for what others write.</summary>
    public void End()
    {
        if (isTerminal && _last.Length > 0)
            error.Write(EraseLine);
        _last = "";
    }
}
