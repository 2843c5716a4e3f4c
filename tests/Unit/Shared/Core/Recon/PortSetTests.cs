using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Recon;

namespace TaskMesh.Unit.Shared.Core.Recon;

public class PortSetTests
{
    [Theory]
    [InlineData("80", "80")]
    [InlineData("443,80,80", "80,443")]
    [InlineData("1-3,4, 6", "1-4,6")]
    [InlineData("1-65535", "1-65535")]
    public void Ports_are_read_as_scanners_write_them(string text, string normal) => Assert.Equal(normal, PortSet.Parse(text).ToString());

    [Theory]
    [InlineData("", "'' is not a port (1-65535)")]
    [InlineData("0", "'0' is not a port (1-65535)")]
    [InlineData("65536", "'65536' is not a port (1-65535)")]
    [InlineData("80,", "'' is not a port (1-65535)")]
    [InlineData("9-1", "'9-1' runs downwards; write 1-9")]
    [InlineData("1-2-3", "'2-3' is not a port (1-65535)")]
    [InlineData("http", "'http' is not a port (1-65535)")]
    public void Anything_else_is_refused_with_its_reason(string text, string reason)
    {
        Assert.False(PortSet.TryParse(text, out _, out var problem));
        Assert.Equal(reason, problem);
    }

    [Fact]
    public void What_is_written_reads_back_as_the_same_set() => Prop.ForAll(
        Gen.Choose(1, 65_535).NonEmptyListOf().ToArbitrary(),
        ports =>
        {
            var set = PortSet.Parse(string.Join(',', ports));
            return PortSet.Parse(set.ToString()).Ports.SequenceEqual(set.Ports) && set.Count == ports.Distinct().Count();
        }).QuickCheckThrowOnFailure();
}
