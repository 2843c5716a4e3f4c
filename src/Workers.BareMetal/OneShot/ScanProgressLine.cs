using System.Globalization;
using System.Text.Json;
using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Workers.BareMetal.OneShot;

/// <summary>How far a scan is, on standard error: one line that is written over on a terminal, otherwise a line every ten seconds.</summary>
/// <param name="form">"line" for people, "json" for programs, "none".</param>
internal sealed class ScanProgressLine(TextWriter error, string form, bool isTerminal, TimeProvider clock) : IProgress<ScanProgress>
{
    private const string EraseLine = "\r\e[K";

    /// <summary>Three thousand years, less than a time span can hold.</summary>
    private const double MostSeconds = 1e11;

    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(10);

    private readonly long _began = clock.GetTimestamp();
    private long _said = clock.GetTimestamp();
    private long _lastPackets;
    private long _lastAt = clock.GetTimestamp();
    private bool _hasLine;

    public void Report(ScanProgress value)
    {
        if (form == "none")
            return;
        var now = clock.GetTimestamp();
        var rate = (value.PacketsSent - _lastPackets) / Math.Max(clock.GetElapsedTime(_lastAt, now).TotalSeconds, 0.001);
        (_lastPackets, _lastAt) = (value.PacketsSent, now);
        if (form == "json")
            error.WriteLine(Json(value, rate));
        else if (isTerminal)
            error.Write($"{EraseLine}{Line(value, rate)}");
        else if (clock.GetElapsedTime(_said, now) >= QuietTime)
            error.WriteLine(Line(value, rate));
        else
            return;
        _hasLine = isTerminal;
        _said = now;
    }

    /// <summary>Leaves the line free for what others write.</summary>
    public void End()
    {
        if (_hasLine)
            error.Write(EraseLine);
        _hasLine = false;
    }

    /// <summary>Why the scan that has ended may have missed something. Programs find it in the result.</summary>
    public void Warn(IReadOnlyList<string> degraded)
    {
        if (form != "line")
            return;
        foreach (var reason in degraded)
            error.WriteLine($"degraded: {reason}");
    }

    private string Line(ScanProgress value, double rate)
    {
        var asked = value.Next - value.First;
        var (elapsed, left) = Times(value);
        var hits = asked == 0 ? 0 : value.Answers * 100.0 / asked;
        var loss = value.Loss is { } known ? $"{known * 100:0.0} %" : "-";
        var sent = string.Create(CultureInfo.InvariantCulture, $"{value.PacketsSent} sent ({rate:0}/s of {value.Rate:0}/s), {value.Open} open");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Clock(elapsed)} {Share(value) * 100:0.0} %, {sent}, hit rate {hits:0.00} %, loss {loss}, ")
            + string.Create(CultureInfo.InvariantCulture, $"{value.RepliesLost} dropped, {Clock(left)} left");
    }

    private string Json(ScanProgress value, double rate)
    {
        var (elapsed, left) = Times(value);
        var row = new ProgressRow(
            "taskmesh.progress.v1", (long)elapsed.TotalMilliseconds, Math.Round(Share(value), 4), value.PacketsSent, (long)rate, (long)value.Rate,
            value.Open, value.Answers, value.Loss, value.RepliesLost, (long)left.TotalMilliseconds);
        return JsonSerializer.Serialize(row, OneShotJson.Default.ProgressRow);
    }

    private static string Clock(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}");

    private static double Share(ScanProgress value) =>
        value.End == value.First ? 1 : (value.Next - value.First) / (double)(value.End - value.First);

    private (TimeSpan Elapsed, TimeSpan Left) Times(ScanProgress value)
    {
        var elapsed = clock.GetElapsedTime(_began);
        var share = Share(value);
        return (elapsed, share > 0 ? TimeSpan.FromSeconds(Math.Min(elapsed.TotalSeconds * ((1 - share) / share), MostSeconds)) : TimeSpan.Zero);
    }
}
