namespace TaskMesh.LocalCloud.Ec2;

/// <param name="Architecture">arm64 or x86_64.</param>
public sealed record InstanceType(int Vcpus, int MemoryMiB, string Architecture);

/// <summary>The instance types that this EC2 offers. They are told and recorded; a process gets what the machine gives it.</summary>
public static class InstanceTypes
{
    public static IReadOnlyDictionary<string, InstanceType> All { get; } = new Dictionary<string, InstanceType>
    {
        ["t4g.micro"] = new(2, 1024, "arm64"),
        ["t4g.small"] = new(2, 2048, "arm64"),
        ["c7g.medium"] = new(1, 2048, "arm64"),
        ["c8gd.medium"] = new(1, 2048, "arm64"),
        ["t3.micro"] = new(2, 1024, "x86_64"),
        ["t3.small"] = new(2, 2048, "x86_64"),
        ["c7i.large"] = new(2, 4096, "x86_64"),
    };
}
