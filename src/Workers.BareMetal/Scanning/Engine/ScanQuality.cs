using System.Globalization;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// Why a scan may have missed what is there. Questions are asked in random order, so each part of it has as many answers as any other; where one
/// has far fewer, somebody has begun, or ceased, to drop packets. The status thread's.
/// </summary>
/// <param name="first">The first question that is asked.</param>
/// <param name="end">The one behind the last.</param>
public sealed class ScanQuality(ulong first, ulong end, int retries)
{
    private const int Parts = 10;

    /// <summary>Where so many answers are due, chance does not halve them.</summary>
    private const int EnoughAnswers = 200;

    /// <summary>A share of the answers that is worth a word.</summary>
    private const double Noticeable = 0.01;

    private readonly ulong _partSize = ((end - first) / Parts) + 1;
    private readonly long[] _asked = new long[Parts];
    private readonly long[] _answered = new long[Parts];

    /// <summary>The share of what answers that was not found for a loss: every question to it, or its answer, got lost.</summary>
    public static double? Missed(double? loss, int retries) => loss is { } known ? Math.Round(Math.Pow(known, retries + 1), 4) : null;

    /// <summary>Adds a run of questions that are over.</summary>
    public void Count(ulong index, ReadOnlySpan<byte> endings)
    {
        while (endings.Length > 0)
        {
            var part = (index - first) / _partSize;
            var run = endings[..(int)Math.Min(((part + 1) * _partSize) - (index - first), (ulong)endings.Length)];
            _asked[part] += run.Length;
            _answered[part] += run.Count((byte)ProbeEnding.Open) + run.Count((byte)ProbeEnding.Closed) + run.Count((byte)ProbeEnding.Failed);
            index += (ulong)run.Length;
            endings = endings[run.Length..];
        }
    }

    /// <summary>A sentence each; none of a scan that is as good as scans are.</summary>
    /// <param name="unread">Packets that came in faster than they were read.</param>
    /// <param name="beyondAllowance">Packets that the network of this machine delayed or dropped.</param>
    /// <param name="late">Answers to questions that had been given up.</param>
    public IReadOnlyList<string> Reasons(in ScanAnswers answers, long unread, long beyondAllowance, long late)
    {
        var reasons = new List<string>();
        if (FewAnswers() is { } few)
            reasons.Add(few);
        var loss = RateGovernor.Loss(answers, retries);
        if (Missed(loss, retries) is { } missed and > Noticeable)
            reasons.Add($"About {Percent(missed)} of what is there may be missing: {Percent(loss!.Value)} of the packets got lost.");
        if (unread > 0)
            reasons.Add($"{unread} packets came in faster than they were read.");
        if (beyondAllowance > 0)
            reasons.Add($"{beyondAllowance} packets went beyond the network allowance of this machine, and were delayed or dropped.");
        if (late > (answers.First + answers.Later) * Noticeable)
            reasons.Add($"{late} answers came after their questions had been given up.");
        return reasons;
    }

    private string? FewAnswers()
    {
        var best = Enumerable.Range(0, Parts).Where(part => _answered[part] >= EnoughAnswers).Select(ShareOf).DefaultIfEmpty().Max();
        double[] few =
        [
            .. Enumerable.Range(0, Parts).Where(part => best * _asked[part] >= EnoughAnswers).Select(ShareOf).Where(share => share < best / 2),
        ];
        return few.Length == 0
            ? null
            : $"Answers became rare: {Percent(best)} of the questions were answered in the best tenth of the scan, {Percent(few.Min())} in the "
                + "worst. Targets, or something before them, may drop what this machine sends.";
    }

    private double ShareOf(int part) => _answered[part] / (double)_asked[part];

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");
}
