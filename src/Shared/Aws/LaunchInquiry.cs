using Amazon.EC2;
using Amazon.EC2.Model;
using TaskMesh.Core.Fleet;

namespace TaskMesh.Aws;

/// <summary>Asks EC2 all that a launch needs, and launches nothing.</summary>
public sealed class LaunchInquiry(IAmazonEC2 ec2)
{
    private readonly Dictionary<LaunchQuestion, Ec2Refusal> _refusals = [];

    public async Task<LaunchFacts> AskAsync(string template, string version, IReadOnlyList<LaunchCell> cells, CancellationToken cancellation)
    {
        var found = await TryAsync(LaunchQuestion.Template, () => TemplateAsync(template, version, cancellation), cancellation);
        var architecture = found?.Image is { } image
            ? await TryAsync(LaunchQuestion.Image, () => ArchitectureAsync(image, cancellation), cancellation) : null;
        var types = await TryAsync(
            LaunchQuestion.Types,
            () => TypesAsync([.. cells.Select(cell => cell.InstanceType).Append(found?.InstanceType).OfType<string>().Distinct()], cancellation),
            cancellation);
        var subnets = await TryAsync(
            LaunchQuestion.Subnets,
            () => SubnetsAsync([.. cells.Select(cell => cell.Subnet).OfType<string>().Distinct()], cancellation),
            cancellation);
        var cell = architecture is null || types is null || subnets is null ? null : cells.FirstOrDefault(cell =>
            types.GetValueOrDefault(cell.InstanceType ?? found!.InstanceType ?? "")?.Contains(architecture) == true
            && (cell.Subnet is null || subnets.ContainsKey(cell.Subnet)));
        if (cell is not null)
            await TryAsync(LaunchQuestion.Launch, () => RehearseAsync(template, version, cell, cancellation), cancellation);
        return new(found, architecture, types, subnets, cell, _refusals);
    }

    /// <summary>What keeps EC2 from answering one question keeps it from answering all: the others are not asked then.</summary>
    private async Task<T?> TryAsync<T>(LaunchQuestion question, Func<Task<T?>> ask, CancellationToken cancellation)
        where T : class
    {
        if (_refusals.Values.Any(refusal => !refusal.IsAnswer))
            return null;
        try
        {
            return await ask();
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            _refusals[question] = new(AwsRefusal.CodeOf(e), e.Message);
            return null;
        }
    }

    private async Task<TemplateVersion?> TemplateAsync(string template, string version, CancellationToken cancellation)
    {
        var request = new DescribeLaunchTemplateVersionsRequest { LaunchTemplateName = template, Versions = [version], ResolveAlias = true };
        var found = (await ec2.DescribeLaunchTemplateVersionsAsync(request, cancellation)).LaunchTemplateVersions?.FirstOrDefault();
        return found is null ? null : new(found.VersionNumber ?? 0, found.LaunchTemplateData?.ImageId, found.LaunchTemplateData?.InstanceType?.Value);
    }

    private async Task<string?> ArchitectureAsync(string image, CancellationToken cancellation) =>
        (await ec2.DescribeImagesAsync(new DescribeImagesRequest { ImageIds = [image] }, cancellation)).Images?.FirstOrDefault()?.Architecture?.Value;

    /// <summary>By filter: the names of types that EC2 does not have would make it refuse the whole question.</summary>
    private async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>?> TypesAsync(List<string> names, CancellationToken cancellation)
    {
        var answer = await ec2.DescribeInstanceTypesAsync(
            new DescribeInstanceTypesRequest { Filters = [new Filter("instance-type", names)] }, cancellation);
        return (answer.InstanceTypes ?? []).ToDictionary(
            type => type.InstanceType.Value, type => (IReadOnlyList<string>)(type.ProcessorInfo?.SupportedArchitectures ?? []));
    }

    private async Task<IReadOnlyDictionary<string, int>?> SubnetsAsync(List<string> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0)
            return new Dictionary<string, int>();
        var answer = await ec2.DescribeSubnetsAsync(new DescribeSubnetsRequest { Filters = [new Filter("subnet-id", ids)] }, cancellation);
        return (answer.Subnets ?? []).ToDictionary(subnet => subnet.SubnetId, subnet => subnet.AvailableIpAddressCount ?? 0);
    }

    /// <summary>As the Manager asks, with its tags too: rights hang on them.</summary>
    private async Task<LaunchCell?> RehearseAsync(string template, string version, LaunchCell cell, CancellationToken cancellation)
    {
        var tags = new Dictionary<string, string> { [FleetTags.App] = FleetTags.AppName, [FleetTags.Mesh] = template };
        var launch = Ec2Fleet.ToRunInstances(
            new(LaunchPlan.Token(Guid.Empty, cell), template, version, cell.InstanceType, cell.Subnet, tags, cell.Market));
        launch.DryRun = true;
        try
        {
            await ec2.RunInstancesAsync(launch, cancellation);
        }
        catch (AmazonEC2Exception e) when (e.ErrorCode == Ec2Errors.WouldLaunch)
        {
            // The answer that was hoped for.
        }
        return cell;
    }
}
