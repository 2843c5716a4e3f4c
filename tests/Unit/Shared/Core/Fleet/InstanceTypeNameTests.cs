using TaskMesh.Core.Fleet;

namespace TaskMesh.Unit.Shared.Core.Fleet;

public class InstanceTypeNameTests
{
    [Theory]
    [InlineData("t4g.micro", CpuArchitecture.Arm64, 2, "standard")]
    [InlineData("t4g.small", CpuArchitecture.Arm64, 2, "standard")]
    [InlineData("c8gd.medium", CpuArchitecture.Arm64, 1, "standard")]
    [InlineData("c7gn.16xlarge", CpuArchitecture.Arm64, 64, "standard")]
    [InlineData("im4gn.large", CpuArchitecture.Arm64, 2, "im")]
    [InlineData("a1.medium", CpuArchitecture.Arm64, 1, "standard")]
    [InlineData("t3.micro", CpuArchitecture.X64, 2, "standard")]
    [InlineData("c7i-flex.xlarge", CpuArchitecture.X64, 4, "standard")]
    [InlineData("g4dn.2xlarge", CpuArchitecture.X64, 8, "g")]
    [InlineData("g5g.xlarge", CpuArchitecture.Arm64, 4, "g")]
    [InlineData("c7g.metal", CpuArchitecture.Arm64, int.MaxValue, "standard")]
    public void A_name_says_what_counts(string name, CpuArchitecture architecture, int vcpus, string quota)
    {
        Assert.True(InstanceTypeName.TryParse(name, out var type));
        Assert.Equal(new InstanceTypeName(name, architecture, vcpus, quota), type);
    }

    [Theory]
    [InlineData("")]
    [InlineData("t4g")]
    [InlineData("t4g.huge")]
    [InlineData("T4G.micro")]
    [InlineData("t4g.micro ")]
    [InlineData("t4g.0xlarge")]
    public void Other_texts_are_no_types(string text) => Assert.False(InstanceTypeName.TryParse(text, out _));
}
