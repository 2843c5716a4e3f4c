namespace TaskMesh.Integration.Cli;

/// <summary>Tests that share one mesh and take turns with it.</summary>
[CollectionDefinition(Name)]
public sealed class LocalMeshTests : ICollectionFixture<LocalMeshFixture>
{
    public const string Name = "local mesh";
}
