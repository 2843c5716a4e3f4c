using Amazon.Util;

namespace TaskMesh.Aws;

/// <summary>
/// What an EC2 instance knows of itself (IMDSv2). The SDK asks the address in AWS_EC2_METADATA_SERVICE_ENDPOINT, if that is set.
/// </summary>
public static class InstanceMetadata
{
    /// <exception cref="InvalidOperationException">Nobody answers: this is no instance.</exception>
    public static Task<string> InstanceIdAsync(CancellationToken cancellation) =>
        Task.Run(() => EC2InstanceMetadata.InstanceId, cancellation).ContinueWith(
            asked => asked.Result ?? throw new InvalidOperationException(
                "The instance metadata service tells no instance id. Outside EC2 set TASKMESH_BARE_METAL_WORKER_ID."),
            cancellation,
            TaskContinuationOptions.None,
            TaskScheduler.Default);

    /// <summary>What EC2 says when it wants this instance back, or is likely to; null as long as it does not.</summary>
    public static Task<string?> NoticeAsync(CancellationToken cancellation) => Task.Run<string?>(
        () => EC2InstanceMetadata.GetData("/spot/instance-action", 1) ?? EC2InstanceMetadata.GetData("/events/recommendations/rebalance", 1),
        cancellation);
}
