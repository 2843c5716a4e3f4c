namespace TaskMesh.Core.Recon;

public enum ReconType
{
    Text,
    Address,
    Port,
}

public static class ReconTypes
{
    public static string InWords(this ReconType type) => type switch
    {
        ReconType.Text => "a text",
        ReconType.Address => "an IPv4 or IPv6 address",
        ReconType.Port => "a port (0-65535)",
    };
}
