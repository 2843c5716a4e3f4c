using Amazon.EC2.Internal;
using Amazon.EC2.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.StandIn;

namespace Amazon.EC2;

/// <summary>EC2 over the pipeline of AWSSDK.Core: credentials, signing, endpoints, retries and timeouts are the real ones.</summary>
public class AmazonEC2Client : AmazonServiceClient, IAmazonEC2
{
    private static readonly ServiceMetadata Metadata = new("EC2");

    public AmazonEC2Client()
        : base(new AmazonEC2Config())
    {
    }

    public AmazonEC2Client(RegionEndpoint region)
        : base(new AmazonEC2Config { RegionEndpoint = region })
    {
    }

    public AmazonEC2Client(AmazonEC2Config config)
        : base(config)
    {
    }

    public AmazonEC2Client(AWSCredentials credentials)
        : this(credentials, new AmazonEC2Config())
    {
    }

    public AmazonEC2Client(AWSCredentials credentials, RegionEndpoint region)
        : this(credentials, new AmazonEC2Config { RegionEndpoint = region })
    {
    }

    public AmazonEC2Client(AWSCredentials credentials, AmazonEC2Config clientConfig)
        : base(credentials, clientConfig)
    {
    }

    protected override IServiceMetadata ServiceMetadata => Metadata;

    public virtual Task<CreateLaunchTemplateResponse> CreateLaunchTemplateAsync(
        CreateLaunchTemplateRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.CreateLaunchTemplate, request, cancellationToken);

    public virtual Task<CreateLaunchTemplateVersionResponse> CreateLaunchTemplateVersionAsync(
        CreateLaunchTemplateVersionRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.CreateLaunchTemplateVersion, request, cancellationToken);

    public virtual Task<CreateTagsResponse> CreateTagsAsync(CreateTagsRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.CreateTags, request, cancellationToken);

    public virtual Task<DeleteLaunchTemplateResponse> DeleteLaunchTemplateAsync(
        DeleteLaunchTemplateRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.DeleteLaunchTemplate, request, cancellationToken);

    public virtual Task<DescribeImagesResponse> DescribeImagesAsync(
        DescribeImagesRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.DescribeImages, request, cancellationToken);

    public virtual Task<DescribeInstancesResponse> DescribeInstancesAsync(
        DescribeInstancesRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.DescribeInstances, request, cancellationToken);

    public virtual Task<DescribeInstanceTypesResponse> DescribeInstanceTypesAsync(
        DescribeInstanceTypesRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.DescribeInstanceTypes, request, cancellationToken);

    public virtual Task<DescribeLaunchTemplateVersionsResponse> DescribeLaunchTemplateVersionsAsync(
        DescribeLaunchTemplateVersionsRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.DescribeLaunchTemplateVersions, request, cancellationToken);

    public virtual Task<DescribeSpotPriceHistoryResponse> DescribeSpotPriceHistoryAsync(
        DescribeSpotPriceHistoryRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.DescribeSpotPriceHistory, request, cancellationToken);

    public virtual Task<DescribeSubnetsResponse> DescribeSubnetsAsync(
        DescribeSubnetsRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.DescribeSubnets, request, cancellationToken);

    public virtual Task<GetConsoleOutputResponse> GetConsoleOutputAsync(
        GetConsoleOutputRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.GetConsoleOutput, request, cancellationToken);

    public virtual Task<RunInstancesResponse> RunInstancesAsync(RunInstancesRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.RunInstances, request, cancellationToken);

    public virtual Task<TerminateInstancesResponse> TerminateInstancesAsync(
        TerminateInstancesRequest request, CancellationToken cancellationToken = default) =>
        CallAsync(Operations.TerminateInstances, request, cancellationToken);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline) => PipelineSteps.AddTo(pipeline);

    private Task<TResponse> CallAsync<TRequest, TResponse>(
        Operation<TRequest, TResponse> operation, TRequest request, CancellationToken cancellationToken)
        where TRequest : AmazonEC2Request
        where TResponse : AmazonWebServiceResponse, new() =>
        InvokeAsync<TResponse>(request, new InvokeOptions { RequestMarshaller = operation, ResponseUnmarshaller = operation }, cancellationToken);
}
