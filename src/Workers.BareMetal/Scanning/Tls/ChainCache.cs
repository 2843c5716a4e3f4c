namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>Many names and ports show the same chain: it is kept once, as long as nothing else falls on its place. One thread uses it.</summary>
public sealed class ChainCache
{
    private const int Places = 4096;

    /// <summary>Larger ones are not kept, so that all together are 64 MiB at most.</summary>
    private const int LargestKept = 16 * 1024;

    private readonly CertificateChain?[] _chains = new CertificateChain?[Places];

    /// <param name="isNew">Whether it takes memory that nothing else holds.</param>
    public CertificateChain Intern(ReadOnlySpan<byte> body, bool isTls13, out bool isNew)
    {
        var hash = new HashCode();
        hash.AddBytes(body);
        ref var kept = ref _chains[(uint)hash.ToHashCode() % Places];
        isNew = kept?.IsSame(body, isTls13) != true;
        if (!isNew)
            return kept!;
        var chain = new CertificateChain(body.ToArray(), isTls13);
        if (body.Length <= LargestKept)
            kept = chain;
        return chain;
    }
}
