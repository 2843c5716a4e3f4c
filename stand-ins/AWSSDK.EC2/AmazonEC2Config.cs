using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.StandIn;
using Amazon.Util.Internal;

namespace Amazon.EC2;

/// <summary>Configuration of a client; what is left out comes from the environment and the shared configuration file.</summary>
public class AmazonEC2Config : ClientConfig
{
    private static readonly string ClientName = InternalSDKUtils.BuildUserAgentString("EC2", "4.0.0");

    public AmazonEC2Config()
        : base(DefaultConfigurations.Provider())
    {
        ServiceId = "EC2";
        AuthenticationServiceName = "ec2";
        EndpointProvider = new EndpointRules("ec2");
    }

    public override string RegionEndpointServiceName => "ec2";

    public override string ServiceVersion => "2016-11-15";

    public override string UserAgent => ClientName;

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(EndpointRules.Parameters(this, parameters.AlternateEndpoint?.SystemName));
}
