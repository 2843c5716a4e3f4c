using Microsoft.AspNetCore.Http;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.ObjectStore;

/// <summary>What S3 says when it says no ("Error responses" in the S3 API reference).</summary>
internal static class S3Errors
{
    public static AwsException NoSuchBucket() => new("NoSuchBucket", "The specified bucket does not exist", StatusCodes.Status404NotFound);
    public static AwsException NoSuchKey() => new("NoSuchKey", "The specified key does not exist.", StatusCodes.Status404NotFound);
    public static AwsException BucketName() => new("InvalidBucketName", "The specified bucket is not valid.");

    public static AwsException BucketExists() => new(
        "BucketAlreadyOwnedByYou", "The bucket that you tried to create already exists, and you own it.", StatusCodes.Status409Conflict);

    public static AwsException KeyTooLong() => new("KeyTooLongError", "Your key is too long");

    public static AwsException Precondition() => new(
        "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", StatusCodes.Status412PreconditionFailed);

    public static AwsException Range() => new("InvalidRange", "The requested range is not satisfiable", StatusCodes.Status416RangeNotSatisfiable);
    public static AwsException BadDigest() => new("BadDigest", "The checksum you specified did not match what we received.");
    public static AwsException IncompleteBody() => new("IncompleteBody", "The request body terminated unexpectedly");
    public static AwsException BadChunk() => new("InvalidRequest", "The body is not in the aws-chunked encoding.");
    public static AwsException Argument(string name) => new("InvalidArgument", $"The value of {name} is not valid.");

    public static AwsException NotImplemented(string what) => new(
        "NotImplemented", $"What you ask for implies functionality that is not implemented: {what}", StatusCodes.Status501NotImplemented);
}
