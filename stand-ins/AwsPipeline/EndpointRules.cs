using Amazon.Runtime;
using Amazon.Runtime.Endpoints;

namespace Amazon.StandIn;

/// <summary>
/// Where a service is: the configured address (ServiceURL, which the pipeline also fills from AWS_ENDPOINT_URL_&lt;SERVICE&gt; and AWS_ENDPOINT_URL),
/// else the service's name in the region's domain.
/// </summary>
internal sealed class EndpointRules(string service) : IEndpointProvider
{
    private const string Region = nameof(Region);
    private const string ServiceUrl = nameof(ServiceUrl);
    private const string UseFips = nameof(UseFips);
    private const string UseDualStack = nameof(UseDualStack);

    public static EndpointParameters Parameters(IClientConfig config, string alternateRegion)
    {
        var parameters = new EndpointParameters { [UseFips] = config.UseFIPSEndpoint, [UseDualStack] = config.UseDualstackEndpoint };
        if ((alternateRegion ?? config.RegionEndpoint?.SystemName) is { } region)
            parameters[Region] = region;
        if (!string.IsNullOrEmpty(config.ServiceURL))
            parameters[ServiceUrl] = config.ServiceURL;
        return parameters;
    }

    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        if (parameters[ServiceUrl] is string url)
            return new Endpoint(url);
        var name = parameters[Region] as string ?? throw new AmazonClientException("No RegionEndpoint or ServiceURL configured");
        var fips = parameters[UseFips] is true ? "-fips" : "";
        var domain = parameters[UseDualStack] is true ? "api.aws" : RegionEndpoint.GetBySystemName(name).PartitionDnsSuffix ?? "amazonaws.com";
        return new Endpoint($"https://{service}{fips}.{name}.{domain}");
    }
}
