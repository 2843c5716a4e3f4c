using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Workers.BareMetal.Scanning.Tls;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Tls;

public class CipherInventoryTests
{
    private static readonly ushort[] Versions = [TlsNames.Tls13, TlsNames.Tls12, TlsNames.Tls11, TlsNames.Tls10];

    /// <summary>Whatever a server accepts, and in whatever order: it is found, in that order, and each refusal ends a version.</summary>
    [Fact]
    public void What_a_server_accepts_is_found_in_its_own_order() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(int Seed, bool[] HasVersion, byte Share)>(), server =>
        {
            var random = new Random(server.Seed);
            var accepted = new Dictionary<ushort, ushort[]>();
            foreach (var (version, has) in Versions.Zip(server.HasVersion))
            {
                var offered = CipherNames.All.Keys.Where(cipher => TlsNames.IsOfTls13(cipher) == (version == TlsNames.Tls13)).ToArray();
                random.Shuffle(offered);
                accepted[version] = has ? offered[..(offered.Length * server.Share / byte.MaxValue)] : [];
            }

            var (inventory, offers) = Ask((version, offer) =>
                accepted.GetValueOrDefault(version, []).Where(offer.Contains).Select(cipher => Chosen(version, cipher)).FirstOrDefault());

            var truth = Versions.Where(version => accepted.GetValueOrDefault(version, []).Length > 0)
                .Select(version => $"{TlsNames.Version(version)}: {string.Join(' ', accepted[version].Select(TlsNames.Cipher))}");
            return truth.SequenceEqual(inventory.Accepted.Select(each => $"{each.Version}: {string.Join(' ', each.Ciphers)}"))
                && offers <= accepted.Sum(version => version.Value.Length) + Versions.Length;
        }).Check(Config.QuickThrowOnFailure);

    [Theory]
    [InlineData(TlsNames.Tls13, 0xC02F)] // a cipher that was not offered
    [InlineData(0x7F1C, 0x1301)] // a version that was not offered
    public void Who_chooses_what_was_not_offered_is_not_asked_for_ever(ushort version, ushort cipher)
    {
        var (inventory, offers) = Ask((_, _) => Chosen(version, cipher));

        Assert.InRange(offers, 4, 4 + 1);
        Assert.True(inventory.Accepted.Count <= 1);
    }

    [Fact]
    public void The_same_choices_have_the_same_fingerprint_and_others_another_one()
    {
        var (one, _) = Ask((version, offer) => version == TlsNames.Tls12 && offer.Contains((ushort)0xC02F) ? Chosen(version, 0xC02F) : null);
        var (same, _) = Ask((version, offer) => version == TlsNames.Tls12 && offer.Contains((ushort)0xC02F) ? Chosen(version, 0xC02F) : null);
        var (other, _) = Ask((version, offer) => version == TlsNames.Tls11 && offer.Contains((ushort)0xC013) ? Chosen(version, 0xC013) : null);

        Assert.Equal(one.Fingerprint, same.Fingerprint);
        Assert.NotEqual(one.Fingerprint, other.Fingerprint);
        Assert.Equal(32, one.Fingerprint.Length);
    }

    private static (CipherInventory Inventory, int Offers) Ask(Func<ushort, IReadOnlyList<ushort>, ServerHello?> choose)
    {
        var inventory = new CipherInventory();
        var offers = 0;
        for (; !inventory.IsDone; offers++)
            inventory.Heard(choose(inventory.Version, inventory.Offer));
        return (inventory, offers);
    }

    private static ServerHello Chosen(ushort version, ushort cipher) => new(version, version, cipher, [], 0, null, IsRetry: false);
}
