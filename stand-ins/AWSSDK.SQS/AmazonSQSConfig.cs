using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.StandIn;
using Amazon.Util.Internal;

namespace Amazon.SQS;

/// <summary>Configuration of a client; what is left out comes from the environment and the shared configuration file.</summary>
public class AmazonSQSConfig : ClientConfig
{
    private static readonly string ClientName = InternalSDKUtils.BuildUserAgentString("SQS", "4.0.0");

    public AmazonSQSConfig()
        : base(DefaultConfigurations.Provider())
    {
        ServiceId = "SQS";
        AuthenticationServiceName = "sqs";
        EndpointProvider = new EndpointRules("sqs");
    }

    public override string RegionEndpointServiceName => "sqs";

    public override string ServiceVersion => "2012-11-05";

    public override string UserAgent => ClientName;

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(EndpointRules.Parameters(this, parameters.AlternateEndpoint?.SystemName));
}
