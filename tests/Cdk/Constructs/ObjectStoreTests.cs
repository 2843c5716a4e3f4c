using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests.Constructs;

public class ObjectStoreTests
{
    [NodeFact]
    public void The_bucket_is_encrypted_and_closed_to_the_public()
    {
        var bucket = SynthesisedMesh.Dev.Only("AWS::S3::Bucket");

        Assert.Contains("AES256", bucket.GetProperty("BucketEncryption").ToString(), StringComparison.Ordinal);
        Assert.All(
            bucket.GetProperty("PublicAccessBlockConfiguration").EnumerateObject(), setting => Assert.True(setting.Value.GetBoolean()));
    }

    [NodeFact]
    public void It_refuses_callers_without_tls_or_with_an_old_one()
    {
        var policy = SynthesisedMesh.Dev.Only("AWS::S3::BucketPolicy").GetProperty("PolicyDocument").GetProperty("Statement");

        Assert.Contains(policy.EnumerateArray(), statement => IsDenied(statement, "aws:SecureTransport"));
        Assert.Contains(policy.EnumerateArray(), statement => IsDenied(statement, "s3:TlsVersion"));
    }

    private static bool IsDenied(JsonElement statement, string condition) =>
        statement.GetProperty("Effect").GetString() == "Deny"
        && statement.GetProperty("Condition").ToString().Contains(condition, StringComparison.Ordinal);
}
