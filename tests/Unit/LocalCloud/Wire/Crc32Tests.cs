using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.Unit.LocalCloud.Wire;

public class Crc32Tests
{
    /// <summary>The check value that every catalogue of checksums gives for CRC-32/ISO-HDLC.</summary>
    [Fact]
    public void The_nine_digits_have_their_check_value() => Assert.Equal(0xCBF43926, Crc32.Append(0, "123456789"u8));

    [Fact]
    public void Parts_give_the_checksum_of_the_whole() => Assert.Equal(0xCBF43926, Crc32.Append(Crc32.Append(0, "1234"u8), "56789"u8));
}
