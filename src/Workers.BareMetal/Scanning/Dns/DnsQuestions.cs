using TaskMesh.Core.Recon;
using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>
/// Every (name, type) of a plan once, shuffled by the seed: each name itself, and below each of them every word. The names that words make are
/// never listed, so memory is that of names and words, however many they make together.
/// </summary>
public sealed class DnsQuestions
{
    private readonly byte[][] _names;
    private readonly byte[][] _words;
    private readonly DnsType[] _types;
    private readonly Permutation _permutation;
    private readonly Func<string, bool> _isAllowed;
    private readonly bool[] _isDenied;

    /// <summary>Names below which the scope allows some and denies others, so that each must be asked for.</summary>
    private readonly bool[] _isMixed;

    /// <param name="isAllowed">Whether a name may be asked.</param>
    /// <param name="allowsBelow">Whether all that words could make of a name may be asked.</param>
    public DnsQuestions(
        IEnumerable<string> names, IEnumerable<string> words, IEnumerable<DnsType> types, ulong seed,
        Func<string, bool> isAllowed, Func<string, bool> allowsBelow)
    {
        string[] bases = [.. names.Distinct()];
        _names = [.. bases.Select(DnsName.Parse)];
        _isDenied = [.. bases.Select(name => !isAllowed(name))];
        _isMixed = [.. bases.Select(name => !allowsBelow(name))];
        // A word's own form ends with a zero, in whose place the name goes on.
        _words = [[], .. words.Distinct().Select(word => DnsName.Parse(word)[..^1])];
        _types = [.. types.Distinct()];
        _isAllowed = isAllowed;
        Count = (ulong)_names.Length * (ulong)_words.Length * (ulong)_types.Length;
        _permutation = new(Count, seed);
    }

    public ulong Count { get; }

    /// <summary>The question at a place below <see cref="Count"/>, as on the wire.</summary>
    /// <param name="name">Room for the longest one.</param>
    public DnsType Read(ulong index, Span<byte> name, out int length)
    {
        var (word, rest, type) = Split(index);
        word.CopyTo(name);
        _names[rest].CopyTo(name[word.Length..]);
        length = word.Length + _names[rest].Length;
        return type;
    }

    /// <summary>The same, to be kept.</summary>
    public (byte[] Name, DnsType Type) Copy(ulong index)
    {
        Span<byte> name = stackalloc byte[DnsName.Longest];
        var type = Read(index, name, out var length);
        return (name[..length].ToArray(), type);
    }

    /// <summary>Whether the scope allows the name.</summary>
    public bool IsAllowed(ulong index)
    {
        var (word, rest, _) = Split(index);
        return word.Length == 0 ? !_isDenied[rest] : !_isMixed[rest] || _isAllowed(DnsName.Text([.. word, .. _names[rest]]));
    }

    private (byte[] Word, ulong Name, DnsType Type) Split(ulong index)
    {
        var (rank, type) = Math.DivRem(_permutation.Shuffle(index), (ulong)_types.Length);
        var (word, name) = Math.DivRem(rank, (ulong)_names.Length);
        return (_words[word], name, _types[type]);
    }
}
