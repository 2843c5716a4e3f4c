using Amazon.EC2.Model;

namespace Amazon.EC2.Internal;

/// <summary>The marshalling table: every operation of the stand-in, what goes out and what comes back.</summary>
internal static class Operations
{
    public static readonly Operation<CreateLaunchTemplateRequest, CreateLaunchTemplateResponse> CreateLaunchTemplate = new(
        "CreateLaunchTemplate",
        (q, r) =>
        {
            q.Add("ClientToken", r.ClientToken ?? Guid.NewGuid().ToString());
            q.Add("DryRun", r.DryRun);
            q.Add("LaunchTemplateName", r.LaunchTemplateName);
            q.Add("VersionDescription", r.VersionDescription);
            Write(q, r.LaunchTemplateData);
        },
        x => new() { LaunchTemplate = Read.LaunchTemplate(x.Child("launchTemplate")) });

    public static readonly Operation<CreateLaunchTemplateVersionRequest, CreateLaunchTemplateVersionResponse> CreateLaunchTemplateVersion = new(
        "CreateLaunchTemplateVersion",
        (q, r) =>
        {
            q.Add("ClientToken", r.ClientToken ?? Guid.NewGuid().ToString());
            q.Add("DryRun", r.DryRun);
            q.Add("LaunchTemplateId", r.LaunchTemplateId);
            q.Add("LaunchTemplateName", r.LaunchTemplateName);
            q.Add("SourceVersion", r.SourceVersion);
            q.Add("VersionDescription", r.VersionDescription);
            Write(q, r.LaunchTemplateData);
        },
        x => new() { LaunchTemplateVersion = Read.LaunchTemplateVersion(x.Child("launchTemplateVersion")) });

    public static readonly Operation<DeleteLaunchTemplateRequest, DeleteLaunchTemplateResponse> DeleteLaunchTemplate = new(
        "DeleteLaunchTemplate",
        (q, r) =>
        {
            q.Add("DryRun", r.DryRun);
            q.Add("LaunchTemplateId", r.LaunchTemplateId);
            q.Add("LaunchTemplateName", r.LaunchTemplateName);
        },
        x => new() { LaunchTemplate = Read.LaunchTemplate(x.Child("launchTemplate")) });

    public static readonly Operation<CreateTagsRequest, CreateTagsResponse> CreateTags = new(
        "CreateTags",
        (q, r) =>
        {
            q.Add("DryRun", r.DryRun);
            q.AddAll("ResourceId", r.Resources);
            q.AddAll("Tag", r.Tags);
        },
        x => new());

    public static readonly Operation<DescribeImagesRequest, DescribeImagesResponse> DescribeImages = new(
        "DescribeImages",
        (q, r) =>
        {
            q.Add("DryRun", r.DryRun);
            q.AddAll("Filter", r.Filters);
            q.AddAll("ImageId", r.ImageIds);
            q.Add("MaxResults", r.MaxResults);
            q.Add("NextToken", r.NextToken);
        },
        x => new() { Images = x.All("imagesSet", Read.Image), NextToken = x.Text("nextToken") });

    public static readonly Operation<DescribeInstancesRequest, DescribeInstancesResponse> DescribeInstances = new(
        "DescribeInstances",
        (q, r) =>
        {
            q.Add("DryRun", r.DryRun);
            q.AddAll("Filter", r.Filters);
            q.AddAll("InstanceId", r.InstanceIds);
            q.Add("MaxResults", r.MaxResults);
            q.Add("NextToken", r.NextToken);
        },
        x => new() { NextToken = x.Text("nextToken"), Reservations = x.All("reservationSet", Read.Reservation) });

    public static readonly Operation<DescribeInstanceTypesRequest, DescribeInstanceTypesResponse> DescribeInstanceTypes = new(
        "DescribeInstanceTypes",
        (q, r) =>
        {
            q.Add("DryRun", r.DryRun);
            q.AddAll("Filter", r.Filters);
            q.AddAll("InstanceType", r.InstanceTypes);
            q.Add("MaxResults", r.MaxResults);
            q.Add("NextToken", r.NextToken);
        },
        x => new() { NextToken = x.Text("nextToken"), InstanceTypes = x.All("instanceTypeSet", Read.InstanceTypeInfo) });

    public static readonly Operation<DescribeLaunchTemplateVersionsRequest, DescribeLaunchTemplateVersionsResponse> DescribeLaunchTemplateVersions =
        new(
            "DescribeLaunchTemplateVersions",
            (q, r) =>
            {
                q.Add("DryRun", r.DryRun);
                q.Add("LaunchTemplateId", r.LaunchTemplateId);
                q.Add("LaunchTemplateName", r.LaunchTemplateName);
                q.AddAll("LaunchTemplateVersion", r.Versions);
                q.Add("MaxResults", r.MaxResults);
                q.Add("NextToken", r.NextToken);
                q.Add("ResolveAlias", r.ResolveAlias);
            },
            x => new() { NextToken = x.Text("nextToken"), LaunchTemplateVersions = x.All("launchTemplateVersionSet", Read.LaunchTemplateVersion) });

    public static readonly Operation<DescribeSpotPriceHistoryRequest, DescribeSpotPriceHistoryResponse> DescribeSpotPriceHistory = new(
        "DescribeSpotPriceHistory",
        (q, r) =>
        {
            q.Add("AvailabilityZone", r.AvailabilityZone);
            q.Add("DryRun", r.DryRun);
            q.Add("EndTime", r.EndTime);
            q.AddAll("Filter", r.Filters);
            q.AddAll("InstanceType", r.InstanceTypes);
            q.Add("MaxResults", r.MaxResults);
            q.Add("NextToken", r.NextToken);
            q.AddAll("ProductDescription", r.ProductDescriptions);
            q.Add("StartTime", r.StartTime);
        },
        x => new() { NextToken = x.Text("nextToken"), SpotPriceHistory = x.All("spotPriceHistorySet", Read.SpotPrice) });

    public static readonly Operation<DescribeSubnetsRequest, DescribeSubnetsResponse> DescribeSubnets = new(
        "DescribeSubnets",
        (q, r) =>
        {
            q.Add("DryRun", r.DryRun);
            q.AddAll("Filter", r.Filters);
            q.Add("MaxResults", r.MaxResults);
            q.Add("NextToken", r.NextToken);
            q.AddAll("SubnetId", r.SubnetIds);
        },
        x => new() { NextToken = x.Text("nextToken"), Subnets = x.All("subnetSet", Read.Subnet) });

    public static readonly Operation<GetConsoleOutputRequest, GetConsoleOutputResponse> GetConsoleOutput = new(
        "GetConsoleOutput",
        (q, r) =>
        {
            q.Add("DryRun", r.DryRun);
            q.Add("InstanceId", r.InstanceId);
            q.Add("Latest", r.Latest);
        },
        x => new() { InstanceId = x.Text("instanceId"), Output = x.Text("output"), Timestamp = x.Time("timestamp") });

    public static readonly Operation<RunInstancesRequest, RunInstancesResponse> RunInstances = new(
        "RunInstances",
        (q, r) =>
        {
            // The SDK gives each call without a token one of its own, so that its retries launch once.
            q.Add("ClientToken", r.ClientToken ?? Guid.NewGuid().ToString());
            q.Add("DryRun", r.DryRun);
            q.Add("ImageId", r.ImageId);
            q.Add("InstanceInitiatedShutdownBehavior", r.InstanceInitiatedShutdownBehavior);
            q.Add("InstanceMarketOptions.MarketType", r.InstanceMarketOptions?.MarketType);
            var spot = r.InstanceMarketOptions?.SpotOptions;
            q.Add("InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior", spot?.InstanceInterruptionBehavior);
            q.Add("InstanceMarketOptions.SpotOptions.MaxPrice", spot?.MaxPrice);
            q.Add("InstanceMarketOptions.SpotOptions.SpotInstanceType", spot?.SpotInstanceType);
            q.Add("InstanceType", r.InstanceType);
            q.Add("LaunchTemplate.LaunchTemplateId", r.LaunchTemplate?.LaunchTemplateId);
            q.Add("LaunchTemplate.LaunchTemplateName", r.LaunchTemplate?.LaunchTemplateName);
            q.Add("LaunchTemplate.Version", r.LaunchTemplate?.Version);
            q.Add("MaxCount", r.MaxCount);
            q.Add("MinCount", r.MinCount);
            q.AddAll("SecurityGroupId", r.SecurityGroupIds);
            q.Add("SubnetId", r.SubnetId);
            q.AddAll("TagSpecification", r.TagSpecifications, (p, specification) =>
            {
                p.Add("ResourceType", specification.ResourceType);
                p.AddAll("Tag", specification.Tags);
            });
            q.Add("UserData", r.UserData);
        },
        x => new() { Reservation = Read.Reservation(x) });

    public static readonly Operation<TerminateInstancesRequest, TerminateInstancesResponse> TerminateInstances = new(
        "TerminateInstances",
        (q, r) =>
        {
            q.Add("DryRun", r.DryRun);
            q.AddAll("InstanceId", r.InstanceIds);
        },
        x => new() { TerminatingInstances = x.All("instancesSet", Read.InstanceStateChange) });

    private static void Write(QueryWriter q, RequestLaunchTemplateData data)
    {
        const string prefix = "LaunchTemplateData.";
        q.Add(prefix + "ImageId", data?.ImageId);
        q.Add(prefix + "InstanceInitiatedShutdownBehavior", data?.InstanceInitiatedShutdownBehavior);
        q.Add(prefix + "InstanceType", data?.InstanceType);
        q.AddAll(prefix + "SecurityGroupId", data?.SecurityGroupIds);
        q.Add(prefix + "UserData", data?.UserData);
    }
}
