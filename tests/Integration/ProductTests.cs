using TaskMesh.Testing;

namespace TaskMesh.Integration;

/// <summary>Tests that share the product's cluster; each takes a database of its own.</summary>
[CollectionDefinition(Name)]
public sealed class ProductTests : ICollectionFixture<ProductCluster>
{
    public const string Name = "product";
}
