using Amazon.CDK;
using Amazon.CDK.AWS.S3;
using Constructs;

namespace TaskMesh.Cdk.Constructs;

/// <summary>Inputs and results that are too large for a message. The Manager's housekeeping removes what no row refers to any more.</summary>
public sealed class ObjectStore : Construct
{
    public ObjectStore(Construct scope)
        : base(scope, nameof(ObjectStore)) =>
        Bucket = new Bucket(this, "Bucket", new BucketProps
        {
            Encryption = BucketEncryption.S3_MANAGED,
            EnforceSSL = true,
            MinimumTLSVersion = 1.2,
            BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
            ObjectOwnership = ObjectOwnership.BUCKET_OWNER_ENFORCED,
            RemovalPolicy = RemovalPolicy.RETAIN,
        });

    public Bucket Bucket { get; }
}
