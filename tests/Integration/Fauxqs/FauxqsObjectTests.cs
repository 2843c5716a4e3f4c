using TaskMesh.Testing.Contracts;
using TaskMesh.Testing.ObjectStore;
using TaskMesh.Testing.Sqs;

namespace TaskMesh.Integration.Fauxqs;

/// <summary>The contract on the S3 of fauxqs 1.9.2.</summary>
[NodeSuite(FauxqsServer.NodeVersion)]
[Deviation(nameof(An_object_that_the_caller_wants_new_is_not_replaced), "fauxqs passes over If-None-Match.")]
public sealed class FauxqsObjectTests(FauxqsServer server) : ObjectContract(server), IClassFixture<FauxqsServer>;
