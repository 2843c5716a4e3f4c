namespace TaskMesh.LocalCloud.Ec2;

/// <param name="Architecture">arm64 or x86_64.</param>
/// <param name="SpotDollars">An hour, of the order of what it costs on AWS.</param>
public sealed record InstanceType(int Vcpus, int MemoryMiB, string Architecture, string SpotDollars);

/// <summary>The instance types that this EC2 offers. They are told and recorded; a process gets what the machine gives it.</summary>
public static class InstanceTypes
{
    public static IReadOnlyDictionary<string, InstanceType> All { get; } = new Dictionary<string, InstanceType>
    {
        ["t4g.micro"] = new(2, 1024, "arm64", "0.002700"),
        ["t4g.small"] = new(2, 2048, "arm64", "0.005400"),
        ["c7g.medium"] = new(1, 2048, "arm64", "0.014200"),
        ["c8gd.medium"] = new(1, 2048, "arm64", "0.017600"),
        ["t3.micro"] = new(2, 1024, "x86_64", "0.003400"),
        ["t3.small"] = new(2, 2048, "x86_64", "0.006800"),
        ["c7i.large"] = new(2, 4096, "x86_64", "0.034000"),
    };
}
