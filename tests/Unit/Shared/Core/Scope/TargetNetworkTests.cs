using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Scope;

public class TargetNetworkTests
{
    private const int MostRanges = 256;

    [Theory]
    [InlineData("192.0.2.0", "192.0.2.255", true)]
    [InlineData("192.0.2.255", "192.0.3.0", false)]
    [InlineData("2001:db8:7::1", "2001:db8:7:ffff::2", true)]
    [InlineData("2001:db8:7::1", "2001:db8:8::1", false)]
    [InlineData("0.0.0.1", "::1", false)]
    [InlineData("255.255.255.255", "::1", false)]
    public void A_network_is_a_24_and_a_48(string left, string right, bool same) =>
        Assert.Equal(same, TargetNetwork.Of(Address.Parse(left)) == TargetNetwork.Of(Address.Parse(right)));

    [Theory]
    [InlineData("203.0.113.77")]
    [InlineData("2001:db8:1234:5678::9")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void A_packet_lies_in_the_network_of_its_destination(string text)
    {
        var address = Address.Parse(text);
        var bytes = address.ToIPAddress().GetAddressBytes();
        byte[] packet = address.IsV6 ? [0x60, .. new byte[23], .. bytes] : [0x45, .. new byte[15], .. bytes];

        Assert.Equal(TargetNetwork.Of(address), TargetNetwork.OfDestination(packet));
    }

    [Fact]
    public void Neighbours_are_one_range()
    {
        var ranges = TargetNetwork.RangesOf(
            new([AddressRange.Parse("10.0.0.9"), AddressRange.Parse("10.0.0.200-10.0.1.3"), AddressRange.Parse("10.0.2.0")]));

        Assert.Equal([new(0x0A0000, 0x0A0003)], ranges);
    }

    [Fact]
    public void Few_ranges_hold_the_networks_of_all_addresses() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).Select(bits => (uint)bits * 2).ArrayOf(600).ToArbitrary(),
        numbers =>
        {
            Address[] addresses = [.. numbers.Select(Address.V4)];
            var ranges = TargetNetwork.RangesOf(new(addresses.Select(address => new AddressRange(address, address))));
            return ranges.Count <= MostRanges
                && ranges.Zip(ranges.Skip(1), (range, next) => range.End < next.First).All(apart => apart)
                && addresses.All(address => ranges.Any(
                    range => range.First <= TargetNetwork.Of(address) && TargetNetwork.Of(address) < range.End));
        }).QuickCheckThrowOnFailure();
}
