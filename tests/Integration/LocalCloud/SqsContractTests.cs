using TaskMesh.Testing.Sqs;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>The contract on LocalCloud.</summary>
public sealed class SqsContractTests(ContractCloud cloud) : SqsContract(cloud), IClassFixture<ContractCloud>;
