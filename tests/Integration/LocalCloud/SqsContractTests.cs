using Amazon.SQS;
using TaskMesh.Testing.Contracts;
using TaskMesh.Testing.Sqs;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>The contract on LocalCloud.</summary>
[Deviation(nameof(Tags_are_added_and_removed), "LocalCloud has no tags on queues.")]
[Deviation(nameof(A_move_task_sends_dead_letters_back_to_where_they_came_from), "LocalCloud has no message move tasks.")]
public sealed class SqsContractTests(SqsContractTests.Cloud cloud) : SqsContract(cloud), IClassFixture<SqsContractTests.Cloud>
{
    /// <summary>One LocalCloud for all sentences.</summary>
    public sealed class Cloud : ISqsEndpoint, IAsyncLifetime
    {
        private readonly StoreCluster _store = new();
        private CloudRig? _rig;

        public IAmazonSQS Client => _rig!.Sqs;

        public async Task InitializeAsync()
        {
            await _store.InitializeAsync();
            _rig = await CloudRig.StartAsync(_store);
        }

        public async Task DisposeAsync()
        {
            await _rig!.DisposeAsync();
            await _store.DisposeAsync();
        }
    }
}
