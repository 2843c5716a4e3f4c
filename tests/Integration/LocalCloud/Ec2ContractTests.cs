using TaskMesh.Testing.Ec2;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>The contract on LocalCloud.</summary>
public sealed class Ec2ContractTests(ContractCloud cloud) : Ec2Contract(cloud), IClassFixture<ContractCloud>;
