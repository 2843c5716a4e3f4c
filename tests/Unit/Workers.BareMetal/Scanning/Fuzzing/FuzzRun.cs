using System.Diagnostics;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Fuzzing;

/// <summary>Spoiled inputs for one parser. Inputs that lead it another way than all before are spoiled further.</summary>
internal sealed class FuzzRun(FuzzTarget target, int seed)
{
    private const int Slowest = 100;
    private const int MostKept = 400;
    private const int LongestKept = 32 * 1024;

    /// <summary>A case counts by the fastest of so many more runs: whatever else the machine does is not the parser's fault.</summary>
    private const int Repetitions = 5;

    private readonly PriorityQueue<byte[], long> _slowest = new();
    private readonly HashSet<int> _ways = [];
    private readonly byte[] _copy = new byte[Mutator.Longest];

    public long Accepted { get; private set; }

    /// <summary>How many ways the parser went.</summary>
    public int Ways => _ways.Count;

    public TimeSpan SlowestCase { get; private set; }

    public void Run(long cases)
    {
        var mutator = new Mutator(new Random(seed));
        var corpus = target.Corpus.ToList();
        foreach (var good in corpus)
            _ways.Add(Read(good));
        for (var number = 0L; number < cases; number++)
        {
            var input = mutator.Next(corpus);
            var start = Stopwatch.GetTimestamp();
            var way = Read(input);
            Keep(input, Stopwatch.GetTimestamp() - start);
            Accepted += way == FuzzTarget.Refused ? 0 : 1;
            if (_ways.Add(way) && corpus.Count < MostKept && input.Length < LongestKept)
                corpus.Add(input.ToArray());
        }
        SlowestCase = _slowest.UnorderedItems.Select(item => FastestOf(item.Element)).DefaultIfEmpty().Max();
    }

    /// <summary>Of a copy, since some parsers work where the input stands.</summary>
    private int Read(Memory<byte> input)
    {
        input.CopyTo(_copy);
        try
        {
            return target.Read(_copy.AsMemory(0, input.Length));
        }
        catch (Exception problem)
        {
            throw new InvalidOperationException($"{target.Name}, seed {seed}: {Convert.ToBase64String(input.Span)}", problem);
        }
    }

    private void Keep(Memory<byte> input, long ticks)
    {
        if (_slowest.Count < Slowest)
            _slowest.Enqueue(input.ToArray(), ticks);
        else if (_slowest.TryPeek(out _, out var least) && ticks > least)
            _slowest.EnqueueDequeue(input.ToArray(), ticks);
    }

    private TimeSpan FastestOf(byte[] input) => Enumerable.Range(0, Repetitions).Min(_ =>
    {
        var start = Stopwatch.GetTimestamp();
        Read(input);
        return Stopwatch.GetElapsedTime(start);
    });
}
