using Amazon.S3;

namespace TaskMesh.Testing.ObjectStore;

/// <summary>An S3 that the contract can be run against.</summary>
public interface IObjectEndpoint
{
    IAmazonS3 Client { get; }

    /// <summary>Exists. Each test has keys of its own.</summary>
    string Bucket { get; }
}
