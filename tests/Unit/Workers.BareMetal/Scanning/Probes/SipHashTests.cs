using System.Buffers.Binary;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Probes;

public class SipHashTests
{
    /// <summary>From the reference implementation's table: key 00 01 … 0F, message 00 01 … of the given length.</summary>
    [Theory]
    [InlineData(0, 0x726f_db47_dd0e_0e31)]
    [InlineData(1, 0x74f8_39c5_93dc_67fd)]
    [InlineData(7, 0xab02_00f5_8b01_d137)]
    [InlineData(8, 0x93f5_f579_9a93_2462)]
    [InlineData(15, 0xa129_ca61_49be_45e5)]
    [InlineData(16, 0x3f2a_cc7f_57c2_9bdb)]
    [InlineData(63, 0x958a_324c_eb06_4572)]
    public void Reference_vectors_hash_as_published(int length, ulong expected)
    {
        Span<byte> message = stackalloc byte[64 + sizeof(ulong)];
        for (var at = 0; at < length; at++)
            message[at] = (byte)at;

        var hash = new SipHash(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
        var words = length / sizeof(ulong);
        for (var word = 0; word < words; word++)
            hash.Add(BinaryPrimitives.ReadUInt64LittleEndian(message[(word * sizeof(ulong))..]));

        Assert.Equal(expected, hash.Finish(BinaryPrimitives.ReadUInt64LittleEndian(message[(words * sizeof(ulong))..]), length));
    }
}
