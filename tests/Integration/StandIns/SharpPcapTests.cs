using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace TaskMesh.Integration.StandIns;

/// <summary>What TaskMesh expects of SharpPcap, from the package and from its stand-in alike.</summary>
public class SharpPcapTests
{
    [Fact]
    public void The_loopback_interface_is_listed_with_its_address()
    {
        var loopback = LibPcapLiveDeviceList.New()["lo"];

        Assert.True(loopback.Loopback);
        Assert.Contains(loopback.Addresses, address => address.Addr?.ipAddress?.ToString() == "127.0.0.1");
    }

    [Fact]
    public void A_capture_file_gives_back_the_packets_that_were_written()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        byte[][] packets = [[1, 2, 3, 4], [5, 6, 7, 8, 9]];

        using (var writer = new CaptureFileWriterDevice(file))
        {
            writer.Open();
            foreach (var packet in packets)
                writer.Write(new RawCapture(LinkLayers.Ethernet, new PosixTimeval(1_700_000_000, 250_000), packet));
        }
        var read = new List<RawCapture>();
        using (var reader = new CaptureFileReaderDevice(file))
        {
            reader.Open();
            while (reader.GetNextPacket(out var capture) == GetPacketStatus.PacketRead)
                read.Add(capture.GetPacket());
        }
        File.Delete(file);

        Assert.Equal(packets, read.Select(each => each.Data));
        Assert.All(read, each => Assert.Equal(LinkLayers.Ethernet, each.LinkLayerType));
        Assert.All(read, each => Assert.Equal((1_700_000_000UL, 250_000UL), (each.Timeval.Seconds, each.Timeval.MicroSeconds)));
    }
}
