using System.Security.Cryptography;
using System.Text;
using TaskMesh.Core.Recon;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>
/// Which versions and ciphers a server accepts, found by elimination: of each version it is offered all ciphers, then those that it has not chosen
/// yet, until it refuses. So their order is the server's own, where it has one.
/// </summary>
public sealed class CipherInventory
{
    private static readonly ushort[] Versions = [TlsNames.Tls13, TlsNames.Tls12, TlsNames.Tls11, TlsNames.Tls10];

    /// <summary>Good ones first, for servers that leave the choice to the client.</summary>
    private static readonly ushort[] Ciphers =
        [.. TlsNames.OfferedCiphers13.Concat(TlsNames.OfferedCiphers).Union(CipherNames.All.Keys)];

    private readonly List<(ushort Version, List<ushort> Ciphers)> _accepted = [];
    private readonly StringBuilder _heard = new();
    private List<ushort> _left = [];
    private int _place = -1;

    /// <param name="beganAt">In ticks of the clock.</param>
    public CipherInventory(long beganAt = 0)
    {
        BeganAt = beganAt;
        NextVersion();
    }

    public long BeganAt { get; }

    /// <summary>What to offer next.</summary>
    public ushort Version => Versions[_place];

    /// <summary>What to offer next; none when all is known.</summary>
    public IReadOnlyList<ushort> Offer => _left;

    public bool IsDone => _place == Versions.Length;

    public IReadOnlyList<TlsAccepted> Accepted =>
        [.. _accepted.Select(each => new TlsAccepted(TlsNames.Version(each.Version), [.. each.Ciphers.Select(TlsNames.Cipher)]))];

    /// <summary>
    /// Of all that was chosen, in its order, with the extensions of each hello: servers of one make and configuration have the same, others hardly
    /// ever. The first 32 hexadecimal digits of a SHA-256.
    /// </summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(_heard.ToString())))[..32];

    /// <param name="hello">What came of the offer; null where the server refused it.</param>
    public void Heard(ServerHello? hello)
    {
        // Who chooses what it was not offered is not asked on: it would choose that for ever.
        if (hello is null || hello.Version != Version || !_left.Remove(hello.Cipher))
        {
            NextVersion();
            return;
        }
        if (_accepted.Count == 0 || _accepted[^1].Version != Version)
            _accepted.Add((Version, []));
        _accepted[^1].Ciphers.Add(hello.Cipher);
        _heard.Append($"{hello.Version},{hello.Cipher},{string.Join('-', hello.Extensions)};");
        if (_left.Count == 0)
            NextVersion();
    }

    private void NextVersion()
    {
        _place++;
        _left = IsDone ? [] : [.. Ciphers.Where(cipher => TlsNames.IsOfTls13(cipher) == (Version == TlsNames.Tls13))];
    }
}
