using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests;

public class MeshStackTests
{
    [NodeFact]
    public void The_template_is_the_approved_one() => Snapshot.Match(SynthesisedMesh.Dev.Text);

    [NodeFact]
    public void Whatever_holds_data_is_encrypted()
    {
        var mesh = SynthesisedMesh.Dev;

        Assert.All(mesh.All("AWS::SQS::Queue").Values, queue => Assert.True(queue.GetProperty("SqsManagedSseEnabled").GetBoolean()));
        Assert.All(mesh.All("AWS::S3::Bucket").Values, bucket => Assert.True(bucket.TryGetProperty("BucketEncryption", out _)));
        Assert.All(mesh.All("AWS::SNS::Topic").Values, topic => Assert.True(topic.TryGetProperty("KmsMasterKeyId", out _)));
        Assert.All(mesh.All("AWS::RDS::DBCluster").Values, cluster => Assert.True(cluster.GetProperty("StorageEncrypted").GetBoolean()));
        Assert.All(
            mesh.Only("AWS::EC2::LaunchTemplate").GetProperty("LaunchTemplateData").GetProperty("BlockDeviceMappings").EnumerateArray(),
            disk => Assert.True(disk.GetProperty("Ebs").GetProperty("Encrypted").GetBoolean()));
    }

    [NodeFact]
    public void Whatever_costs_money_bears_the_tags_of_its_stage()
    {
        string[] types = ["AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::RDS::DBCluster", "AWS::RDS::DBInstance", "AWS::S3::Bucket"];

        Assert.All(types.SelectMany(type => SynthesisedMesh.Dev.All(type).Values), resource =>
        {
            var tags = resource.GetProperty("Tags").EnumerateArray().Select(tag => $"{tag.GetProperty("Key")}={tag.GetProperty("Value")}").ToArray();
            Assert.Contains("app=taskmesh", tags);
            Assert.Contains("stage=dev", tags);
        });
    }

    [NodeFact]
    public void A_stage_of_its_own_has_queues_of_its_own()
    {
        var alice = SynthesisedMesh.With(("stage", "alice"));

        Assert.Contains(alice.All("AWS::SQS::Queue").Values, queue => queue.GetProperty("QueueName").GetString() == "taskmesh-alice-manager");
        Assert.DoesNotContain("taskmesh-dev", alice.Text, StringComparison.Ordinal);
    }
}
