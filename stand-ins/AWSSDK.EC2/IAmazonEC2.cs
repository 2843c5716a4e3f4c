using Amazon.EC2.Model;
using Amazon.Runtime;

namespace Amazon.EC2;

/// <summary>Amazon EC2 (https://docs.aws.amazon.com/AWSEC2/latest/APIReference).</summary>
public interface IAmazonEC2 : IAmazonService, IDisposable
{
    static ClientConfig IAmazonService.CreateDefaultClientConfig() => new AmazonEC2Config();

    static IAmazonService IAmazonService.CreateDefaultServiceClient(AWSCredentials awsCredentials, ClientConfig clientConfig) =>
        awsCredentials is null
            ? new AmazonEC2Client((AmazonEC2Config)clientConfig)
            : new AmazonEC2Client(awsCredentials, (AmazonEC2Config)clientConfig);

    Task<CreateLaunchTemplateResponse> CreateLaunchTemplateAsync(
        CreateLaunchTemplateRequest request, CancellationToken cancellationToken = default);

    Task<CreateLaunchTemplateVersionResponse> CreateLaunchTemplateVersionAsync(
        CreateLaunchTemplateVersionRequest request, CancellationToken cancellationToken = default);

    Task<CreateTagsResponse> CreateTagsAsync(CreateTagsRequest request, CancellationToken cancellationToken = default);

    Task<DeleteLaunchTemplateResponse> DeleteLaunchTemplateAsync(
        DeleteLaunchTemplateRequest request, CancellationToken cancellationToken = default);

    Task<DescribeImagesResponse> DescribeImagesAsync(DescribeImagesRequest request, CancellationToken cancellationToken = default);

    Task<DescribeInstancesResponse> DescribeInstancesAsync(DescribeInstancesRequest request, CancellationToken cancellationToken = default);

    Task<DescribeInstanceTypesResponse> DescribeInstanceTypesAsync(
        DescribeInstanceTypesRequest request, CancellationToken cancellationToken = default);

    Task<DescribeLaunchTemplateVersionsResponse> DescribeLaunchTemplateVersionsAsync(
        DescribeLaunchTemplateVersionsRequest request, CancellationToken cancellationToken = default);

    Task<DescribeSpotPriceHistoryResponse> DescribeSpotPriceHistoryAsync(
        DescribeSpotPriceHistoryRequest request, CancellationToken cancellationToken = default);

    Task<DescribeSubnetsResponse> DescribeSubnetsAsync(DescribeSubnetsRequest request, CancellationToken cancellationToken = default);

    Task<GetConsoleOutputResponse> GetConsoleOutputAsync(GetConsoleOutputRequest request, CancellationToken cancellationToken = default);

    Task<RunInstancesResponse> RunInstancesAsync(RunInstancesRequest request, CancellationToken cancellationToken = default);

    Task<TerminateInstancesResponse> TerminateInstancesAsync(TerminateInstancesRequest request, CancellationToken cancellationToken = default);
}
