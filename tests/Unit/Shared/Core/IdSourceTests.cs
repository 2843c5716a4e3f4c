using TaskMesh.Core;

namespace TaskMesh.Unit.Shared.Core;

public class IdSourceTests
{
    [Fact]
    public void Ids_are_uuids_of_version_7_in_the_order_of_time()
    {
        var ids = new IdSource(TimeProvider.System, new Random(1));

        var made = Enumerable.Range(0, 100).Select(_ => ids.Next()).ToArray();

        Assert.All(made, id => Assert.Equal((7, 8), (id.Version, id.Variant & 0xC)));
        Assert.Equal(made.Select(id => id.ToString()[..8]), made.Select(id => id.ToString()[..8]).Order(StringComparer.Ordinal));
        Assert.Equal(100, made.Distinct().Count());
    }

    [Fact]
    public void Derived_ids_are_the_same_for_the_same_name_and_keep_the_time_of_their_root()
    {
        var root = Guid.CreateVersion7();

        var part = DerivedId.OfPart(root, "task/a");

        Assert.Equal(part, DerivedId.OfPart(root, "task/a"));
        Assert.NotEqual(part, DerivedId.OfPart(root, "task/b"));
        Assert.Equal((8, $"{root}"[..13]), (part.Version, $"{part}"[..13]));
    }
}
