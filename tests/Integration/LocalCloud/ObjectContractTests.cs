using TaskMesh.Testing.ObjectStore;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>The contract on LocalCloud.</summary>
public sealed class ObjectContractTests(ContractCloud cloud) : ObjectContract(cloud), IClassFixture<ContractCloud>;
