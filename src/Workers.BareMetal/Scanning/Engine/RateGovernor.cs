namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// Slows a scan down while packets get lost, and lets it come back. Loss is measured on the ports that answer: those that did so only when
/// they were asked again lost the first question or its answer.
/// </summary>
public sealed class RateGovernor
{
    private const double HighLoss = 0.05;
    private const double LowLoss = 0.02;
    private const double Down = 0.75;
    private const double Up = 1.1;

    /// <summary>Loss that stays at a quarter of the rate is not ours.</summary>
    private const double LowestShare = 0.25;

    /// <summary>Fewer answers say nothing of loss in percent.</summary>
    private const int EnoughAnswers = 100;

    private readonly double _asked;
    private readonly int _retries;
    private ScanAnswers _judged;

    /// <param name="asked">Packets per second.</param>
    public RateGovernor(double asked, int retries)
    {
        (_asked, _retries) = (asked, retries);
        Rate = LowestRate = asked;
    }

    public double Rate { get; private set; }

    public double LowestRate { get; private set; }

    /// <summary>The share of questions (or their answers) that got lost, over the whole scan; null where it could not be measured.</summary>
    public static double? Loss(in ScanAnswers answers, int retries) =>
        retries == 0 || answers.First + answers.Later < EnoughAnswers ? null : Math.Round(Share(answers, retries), 4);

    /// <summary>About once a second, with what has been counted so far.</summary>
    public void Observe(in ScanAnswers sofar)
    {
        var recent = new ScanAnswers(sofar.First - _judged.First, sofar.Later - _judged.Later, sofar.Lost - _judged.Lost);
        var isLosingReplies = recent.Lost > 0;
        if (!isLosingReplies && recent.First + recent.Later < EnoughAnswers)
            return;
        _judged = sofar;
        var loss = _retries == 0 ? 0 : Share(recent, _retries);
        if (isLosingReplies || loss > HighLoss)
            Rate = Math.Max(Rate * Down, Math.Max(_asked * LowestShare, 1));
        else if (loss < LowLoss)
            Rate = Math.Min(Rate * Up, _asked);
        LowestRate = Math.Min(LowestRate, Rate);
    }

    /// <summary>With one retry, a share p of the answering ports needs it and p of those is missed; with more, hardly any is.</summary>
    private static double Share(in ScanAnswers answers, int retries) =>
        Math.Min(1, answers.Later / (double)Math.Max(1, retries == 1 ? answers.First : answers.First + answers.Later));
}

/// <param name="First">Ports that answered before they were asked again.</param>
/// <param name="Later">Ports that answered after.</param>
/// <param name="Lost">Packets that this machine lost: they came in faster than they were read, or its network dropped them.</param>
public readonly record struct ScanAnswers(long First, long Later, long Lost);
