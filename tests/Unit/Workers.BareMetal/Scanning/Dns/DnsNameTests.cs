using TaskMesh.Workers.BareMetal.Scanning.Dns;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Dns;

public class DnsNameTests
{
    [Theory]
    [InlineData("www.example.com", "03-77-77-77-07-65-78-61-6D-70-6C-65-03-63-6F-6D-00")]
    [InlineData("_dmarc.A", "06-5F-64-6D-61-72-63-01-61-00")]
    public void A_name_is_written_in_labels(string text, string bytes) => Assert.Equal(bytes, BitConverter.ToString(DnsName.Parse(text)));

    [Fact]
    public void Pointers_are_followed_and_the_offset_moves_behind_the_first()
    {
        byte[] message = [0xFF, 1, (byte)'a', 0, 1, (byte)'b', 0xC0, 1, 1, (byte)'c', 0xC0, 4, 0xEE];

        var offset = 8;
        Assert.True(Expand(message, ref offset, out var name));

        Assert.Equal(("c.b.a", 12), (name, offset));
        offset = 8;
        Assert.True(DnsName.TrySkip(message, ref offset));
        Assert.Equal(12, offset);
    }

    [Theory]
    [InlineData(0, 0xC0, 0)] // points to itself
    [InlineData(0, 0xC0, 2, 0)] // points ahead
    [InlineData(2, 0xC0, 2, 0xC0, 0)] // two that point to each other
    [InlineData(1, 0, 1, 65, 0xC0, 1)] // comes back to its own beginning
    [InlineData(0, 0xC0)] // half a pointer
    [InlineData(0, 2, 65)] // half a label
    [InlineData(0, 1, 65)] // no end
    [InlineData(0, 0x40, 0)] // a kind of label that there is not
    [InlineData(5, 0)] // outside
    public void A_name_without_an_end_is_none(int offset, params int[] bytes)
    {
        byte[] message = [.. bytes.Select(value => (byte)value)];

        Assert.False(Expand(message, ref offset, out _));
    }

    [Fact]
    public void A_name_is_never_longer_than_names_are()
    {
        // Each label of 63 goes on at the one before it.
        var message = new List<byte> { 0 };
        for (var link = 0; link < 5; link++)
            message.AddRange([63, .. new byte[63], 0xC0, (byte)(link == 0 ? 0 : ((link - 1) * 66) + 1)]);

        var three = 1 + (2 * 66);
        Assert.True(Expand([.. message], ref three, out _));
        var four = 1 + (3 * 66);
        Assert.False(Expand([.. message], ref four, out _));
    }

    [Fact]
    public void A_chain_of_pointers_through_a_whole_message_ends_soon()
    {
        byte[] message = [0, .. Enumerable.Range(0, 8000).SelectMany(link => Pointer(link == 0 ? 0 : ((link - 1) * 2) + 1))];

        var offset = message.Length - 2;
        Assert.True(Expand(message, ref offset, out var name));

        Assert.Equal(".", name);
    }

    [Fact]
    public void What_a_terminal_or_a_zone_file_would_take_for_something_else_is_escaped() =>
        Assert.Equal(@"a\.b\\\"".\000\027\255", DnsName.Text([5, (byte)'a', (byte)'.', (byte)'b', (byte)'\\', (byte)'"', 3, 0, 27, 255, 0]));

    [Fact]
    public void Names_are_the_same_in_any_case_and_differ_otherwise()
    {
        Assert.True(DnsName.AreSame([1, (byte)'a', 1, 200, 0], [1, (byte)'A', 1, 200, 0]));
        Assert.False(DnsName.AreSame([1, (byte)'[', 0], [1, (byte)'{', 0]));
        Assert.False(DnsName.AreSame([1, 200, 0], [1, 232, 0]));
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData("")]
    [InlineData("abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcd")]
    public void What_cannot_be_asked_is_refused(string text) => Assert.Throws<FormatException>(() => DnsName.Parse(text));

    private static byte[] Pointer(int target) => [(byte)(0xC0 | (target >> 8)), (byte)target];

    private static bool Expand(byte[] message, ref int offset, out string name)
    {
        Span<byte> room = stackalloc byte[DnsName.Longest];
        var isName = DnsName.TryExpand(message, ref offset, room, out var length);
        name = isName ? DnsName.Text(room[..length]) : "";
        return isName;
    }
}
