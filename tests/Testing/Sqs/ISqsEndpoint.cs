using Amazon.SQS;

namespace TaskMesh.Testing.Sqs;

/// <summary>An SQS that the contract can be run against. Tests make queues of their own, so one endpoint serves many at once.</summary>
public interface ISqsEndpoint
{
    IAmazonSQS Client { get; }
}
