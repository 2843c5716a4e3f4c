using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class ScanQualityTests
{
    private const int Planned = 10_000;

    [Fact]
    public void A_scan_in_which_nothing_happened_is_as_good_as_scans_are() =>
        Assert.Empty(Asked(answered: _ => true).Reasons(new(Planned, 0, 0), 0, 0, 0));

    [Fact]
    public void Answers_that_end_half_way_are_told()
    {
        var reason = Assert.Single(Asked(answered: place => place < Planned / 2).Reasons(new(Planned / 2, 0, 0), 0, 0, 0));

        Assert.Equal(
            "Answers became rare: 100.0 % of the questions were answered in the best tenth of the scan, 0.0 % in the worst. "
            + "Targets, or something before them, may drop what this machine sends.",
            reason);
    }

    [Fact]
    public void Answers_that_are_few_from_the_beginning_to_the_end_are_no_reason() =>
        Assert.Empty(Asked(answered: place => place % 4 == 0).Reasons(new(Planned / 4, 0, 0), 0, 0, 0));

    [Fact]
    public void Fewer_answers_than_chance_needs_are_no_reason() =>
        Assert.Empty(Asked(answered: place => place < Planned / 2 && place % 10 == 0).Reasons(new(Planned / 20, 0, 0), 0, 0, 0));

    [Fact]
    public void A_part_that_has_only_begun_is_no_measure_for_the_others()
    {
        var quality = new ScanQuality(0, Planned, retries: 1);
        quality.Count(0, Endings(Planned * 9 / 10, place => place % 4 == 0));
        quality.Count(Planned * 9 / 10, Endings(100, _ => true));

        Assert.Empty(quality.Reasons(new(Planned / 4, 0, 0), 0, 0, 0));
    }

    [Fact]
    public void A_part_that_was_never_asked_is_no_part_without_answers()
    {
        var quality = new ScanQuality(0, Planned, retries: 1);
        quality.Count(0, Endings(Planned / 2, _ => true));

        Assert.Empty(quality.Reasons(new(Planned / 2, 0, 0), 0, 0, 0));
    }

    [Theory]
    [InlineData(1, 0.3, "About 9.0 % of what is there may be missing: 30.0 % of the packets got lost.")]
    [InlineData(3, 0.3, null)]
    [InlineData(1, 0.05, null)]
    [InlineData(0, 0.5, null)]
    public void What_loss_and_retries_leave_is_estimated(int retries, double loss, string? reason)
    {
        var quality = new ScanQuality(0, Planned, retries);
        var later = (long)(loss * 10_000);

        var reasons = quality.Reasons(new(retries == 1 ? 10_000 : 10_000 - later, later, 0), 0, 0, 0);

        Assert.Equal(reason, reasons.SingleOrDefault());
    }

    [Theory]
    [InlineData(7, 0, 0, "7 packets came in faster than they were read.")]
    [InlineData(0, 9, 0, "9 packets went beyond the network allowance of this machine, and were delayed or dropped.")]
    [InlineData(0, 0, 101, "101 answers came after their questions had been given up.")]
    [InlineData(0, 0, 100, null)]
    public void What_was_lost_on_this_side_is_told(long unread, long beyond, long late, string? reason)
    {
        var reasons = new ScanQuality(0, Planned, retries: 1).Reasons(new(Planned, 0, 0), unread, beyond, late);

        Assert.Equal(reason, reasons.SingleOrDefault());
    }

    [Fact]
    public void The_largest_plan_has_parts_too()
    {
        var quality = new ScanQuality(0, long.MaxValue, retries: 1);

        quality.Count(0, Endings(1000, _ => true));
        quality.Count(long.MaxValue - 1000, Endings(1000, _ => false));

        Assert.Single(quality.Reasons(new(1000, 0, 0), 0, 0, 0));
    }

    private static ScanQuality Asked(Func<int, bool> answered)
    {
        var quality = new ScanQuality(0, Planned, retries: 1);
        // As a ring gives them away: in runs that know nothing of parts.
        for (var first = 0; first < Planned; first += 2500)
            quality.Count((ulong)first, Endings(2500, place => answered(first + place)));
        return quality;
    }

    private static byte[] Endings(int count, Func<int, bool> answered) =>
        [.. Enumerable.Range(0, count).Select(place => (byte)(answered(place) ? ProbeEnding.Closed : ProbeEnding.Waiting))];
}
