using PacketDotNet;

namespace SharpPcap;

public class DeviceConfiguration
{
    public DeviceModes Mode { get; set; }

    /// <summary>How long packets may gather before they are handed over, in milliseconds.</summary>
    public int ReadTimeout { get; set; } = 1000;

    /// <summary>How much of each packet is kept, in bytes.</summary>
    public int Snaplen { get; set; } = 65536;

    /// <summary>Size of the kernel's buffer, in bytes.</summary>
    public int? BufferSize { get; set; }

    /// <summary>Whether each packet is handed over as it arrives.</summary>
    public bool? Immediate { get; set; }

    /// <summary>Of a capture file that is written.</summary>
    public LinkLayers LinkLayerType { get; set; }
}
