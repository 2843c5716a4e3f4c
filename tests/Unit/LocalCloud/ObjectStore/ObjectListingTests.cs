using TaskMesh.LocalCloud.ObjectStore;

namespace TaskMesh.Unit.LocalCloud.ObjectStore;

public class ObjectListingTests
{
    private static readonly string[] Keys = ["b/2", "a", "b/1", "b/c/1", "c"];

    [Fact]
    public void Keys_come_in_order_and_pages_follow_each_other()
    {
        var first = ObjectListing.Of(Objects, prefix: "", delimiter: "", after: "", most: 2);
        var second = ObjectListing.Of(Objects, prefix: "", delimiter: "", after: first.Next!, most: 5);

        Assert.Equal(["a", "b/1"], first.Objects.Select(about => about.Key));
        Assert.Equal(["b/2", "b/c/1", "c"], second.Objects.Select(about => about.Key));
        Assert.Null(second.Next);
    }

    [Fact]
    public void A_delimiter_folds_keys_into_common_prefixes()
    {
        var page = ObjectListing.Of(Objects, prefix: "", delimiter: "/", after: "", most: 10);

        Assert.Equal(["a", "c"], page.Objects.Select(about => about.Key));
        Assert.Equal(["b/"], page.Prefixes);
    }

    [Fact]
    public void A_page_that_ends_with_a_common_prefix_is_followed_by_what_comes_after_it()
    {
        var first = ObjectListing.Of(Objects, prefix: "", delimiter: "/", after: "", most: 2);
        var second = ObjectListing.Of(Objects, prefix: "", delimiter: "/", after: first.Next!, most: 2);

        Assert.Equal("b/", first.Next);
        Assert.Equal(["c"], second.Objects.Select(about => about.Key));
        Assert.Empty(second.Prefixes);
    }

    [Fact]
    public void A_prefix_selects()
    {
        var page = ObjectListing.Of(Objects, prefix: "b/", delimiter: "/", after: "", most: 10);

        Assert.Equal(["b/1", "b/2"], page.Objects.Select(about => about.Key));
        Assert.Equal(["b/c/"], page.Prefixes);
    }

    private static IEnumerable<StoredObject> Objects =>
        Keys.Select(key => new StoredObject(key, 0, "", DateTimeOffset.UnixEpoch, new Dictionary<string, string>()));
}
