using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Workers.BareMetal.Scanning.Tls;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Tls;

public class X25519Tests
{
    private const string Nine = "0900000000000000000000000000000000000000000000000000000000000000";

    /// <summary>RFC 7748 section 5.2.</summary>
    [Theory]
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void A_key_and_a_point_make_what_the_standard_says(string key, string point, string result) =>
        Assert.Equal(result, Hex(X25519.Agree(Bytes(key), Bytes(point))));

    /// <summary>RFC 7748 section 5.2: each round's result is the next one's key, and its key the next one's point.</summary>
    [Theory]
    [InlineData(1, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")]
    [InlineData(1000, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")]
    public void Rounds_end_as_the_standard_says(int rounds, string result)
    {
        var (key, point) = (Bytes(Nine), Bytes(Nine));

        for (var round = 0; round < rounds; round++)
            (key, point) = (X25519.Agree(key, point), key);

        Assert.Equal(result, Hex(key));
    }

    /// <summary>RFC 7748 section 6.1.</summary>
    [Fact]
    public void Both_sides_agree_as_the_standard_says()
    {
        var (a, b) = (
            Bytes("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
            Bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));

        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Hex(X25519.PublicKey(a)));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Hex(X25519.PublicKey(b)));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Hex(X25519.Agree(a, X25519.PublicKey(b))));
    }

    [Fact]
    public void Any_two_sides_agree() =>
        Prop.ForAll(ArbMap.Default.ArbFor<Guid[]>(), guids =>
        {
            byte[] bytes = [.. guids.SelectMany(guid => guid.ToByteArray()), .. new byte[2 * X25519.Length]];
            var (a, b) = (bytes[..X25519.Length], bytes[X25519.Length..(2 * X25519.Length)]);
            return X25519.Agree(a, X25519.PublicKey(b)).SequenceEqual(X25519.Agree(b, X25519.PublicKey(a)));
        }).Check(Config.QuickThrowOnFailure);

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void A_point_of_low_order_makes_zeros(string point) => Assert.All(X25519.Agree(Bytes(Nine), Bytes(point)), each => Assert.Equal(0, each));

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
