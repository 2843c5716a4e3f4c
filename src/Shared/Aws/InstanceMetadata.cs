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
}
