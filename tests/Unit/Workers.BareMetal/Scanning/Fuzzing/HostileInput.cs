using System.Globalization;
using Xunit.Abstractions;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Fuzzing;

/// <summary>Hostile input for everything that reads what strangers send. <c>make fuzz</c> runs the same with 10,000,000 cases.</summary>
public class HostileInput(ITestOutputHelper output)
{
    private const int FewCases = 100_000;
    private const int Warm = 1_000;

    private static readonly string? Asked = Environment.GetEnvironmentVariable("TASKMESH_FUZZ_CASES");
    private static readonly long Cases = Asked is null ? FewCases : long.Parse(Asked, CultureInfo.InvariantCulture);

    /// <summary>Beside other tests, on a machine that does other things too, only what is far too slow is a failure.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(Asked is null ? 50 : 1);

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Hostile_input_is_refused_in_one_way_and_at_once(string name)
    {
        var target = FuzzTargets.All.Single(target => target.Name == name);
        var cases = Cases * target.Share / 10_000;
        var run = new FuzzRun(target, seed: 1);

        run.Run(cases);

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {cases} cases, {run.Accepted} read, {run.Ways} ways, no exception, slowest {run.SlowestCase.TotalMicroseconds:0} us"));
        Assert.True(run.SlowestCase < Longest, $"The slowest case takes {run.SlowestCase.TotalMilliseconds} ms.");
    }

    [Fact]
    public void Every_part_of_ten_thousand_cases_is_given() => Assert.Equal(10_000, FuzzTargets.All.Sum(target => target.Share));

    [Fact]
    public void Frames_are_read_without_allocating()
    {
        Memory<byte>[] frames = [.. Enumerable.Range(0, Warm).Select(seed => new Mutator(new Random(seed)).Next(Frames.Corpus).ToArray().AsMemory())];

        // What the runtime allots once, while it compiles, is not the parser's.
        Assert.Equal(0, Enumerable.Range(0, 20).Min(_ => AllocatedBy(frames)));
    }

    private static long AllocatedBy(Memory<byte>[] frames)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var frame in frames)
            _ = Frames.Read(frame);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
