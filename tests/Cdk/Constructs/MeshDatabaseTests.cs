using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests.Constructs;

public class MeshDatabaseTests
{
    [NodeFact]
    public void The_database_is_aurora_postgresql_that_grows_with_the_work()
    {
        var cluster = SynthesisedMesh.Dev.Only("AWS::RDS::DBCluster");
        var instance = SynthesisedMesh.Dev.Only("AWS::RDS::DBInstance");

        Assert.Equal("aurora-postgresql", cluster.GetProperty("Engine").GetString());
        Assert.Equal(0.5, cluster.GetProperty("ServerlessV2ScalingConfiguration").GetProperty("MinCapacity").GetDouble());
        Assert.Equal("db.serverless", instance.GetProperty("DBInstanceClass").GetString());
    }

    [NodeFact]
    public void Plain_rds_takes_its_place_by_context()
    {
        var plain = SynthesisedMesh.With(("database", "rds"));

        Assert.Empty(plain.All("AWS::RDS::DBCluster"));
        var instance = plain.Only("AWS::RDS::DBInstance");
        Assert.Equal("postgres", instance.GetProperty("Engine").GetString());
        Assert.False(instance.GetProperty("PubliclyAccessible").GetBoolean());
        Assert.True(instance.GetProperty("StorageEncrypted").GetBoolean());
        Assert.True(instance.GetProperty("EnableIAMDatabaseAuthentication").GetBoolean());
        Assert.True(instance.GetProperty("DeletionProtection").GetBoolean());
    }

    [NodeFact]
    public void It_is_encrypted_and_never_public_and_takes_iam_and_tls_only()
    {
        var cluster = SynthesisedMesh.Dev.Only("AWS::RDS::DBCluster");

        Assert.True(cluster.GetProperty("StorageEncrypted").GetBoolean());
        Assert.True(cluster.GetProperty("EnableIAMDatabaseAuthentication").GetBoolean());
        Assert.False(SynthesisedMesh.Dev.Only("AWS::RDS::DBInstance").GetProperty("PubliclyAccessible").GetBoolean());
        var parameters = SynthesisedMesh.Dev.Only("AWS::RDS::DBClusterParameterGroup").GetProperty("Parameters");
        Assert.Equal("1", parameters.GetProperty("rds.force_ssl").GetString());
        Assert.All(
            SynthesisedMesh.Dev.Only("AWS::RDS::DBSubnetGroup").GetProperty("SubnetIds").EnumerateArray(),
            subnet => Assert.StartsWith("NetworkVpcisolatedSubnet", subnet.GetProperty("Ref").GetString(), StringComparison.Ordinal));
    }

    [NodeFact]
    public void The_password_of_the_administrator_is_a_secret_that_was_generated()
    {
        var secret = Assert.Single(SynthesisedMesh.Dev.All("AWS::SecretsManager::Secret"));

        Assert.True(secret.Value.TryGetProperty("GenerateSecretString", out _));
        Assert.Contains(
            secret.Key, SynthesisedMesh.Dev.Only("AWS::RDS::DBCluster").GetProperty("MasterUserPassword").ToString(), StringComparison.Ordinal);
    }

    [NodeFact]
    public void Only_a_temporary_stage_can_lose_its_database_with_itself()
    {
        Assert.True(SynthesisedMesh.Dev.Only("AWS::RDS::DBCluster").GetProperty("DeletionProtection").GetBoolean());
        Assert.False(
            SynthesisedMesh.With(("temporary", "true")).Only("AWS::RDS::DBCluster").GetProperty("DeletionProtection").GetBoolean());
    }
}
