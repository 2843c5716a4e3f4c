namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Fuzzing;

/// <summary>A parser under hostile input.</summary>
/// <param name="Corpus">Good inputs, to be spoiled.</param>
/// <param name="Share">Of ten thousand cases.</param>
/// <param name="Read">
/// Has the parser read an input and says what became of it: a number that is another where the parser went another way. Lets nothing through but
/// the parser's own refusal, and throws where what was read is not right.
/// </param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Corpus, int Share, Func<Memory<byte>, int> Read)
{
    /// <summary>What <see cref="Read"/> answers when the input was refused.</summary>
    public const int Refused = -1;
}
