using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using TaskMesh.Core;

namespace TaskMesh.Aws;

/// <summary>Signs as whoever this process is to AWS: the SDK finds credentials and region as for its own clients.</summary>
internal static class AwsIdentity
{
    public static async ValueTask<AwsSignature> SignatureAsync(string service, TimeProvider clock)
    {
        try
        {
            var region = FallbackRegionFactory.GetRegionEndpoint()
                ?? throw new InfrastructureException("AWS: no region is known; set AWS_REGION");
            var found = await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync();
            var credentials = await found.GetCredentialsAsync();
            return new(credentials.AccessKey, credentials.SecretKey, credentials.Token ?? "", region.SystemName, service, clock.GetUtcNow());
        }
        catch (AmazonClientException e)
        {
            throw new InfrastructureException($"AWS: {e.Message}", e);
        }
    }
}
