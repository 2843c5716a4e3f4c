using System.Net;
using System.Text;
using Amazon.EC2;
using Amazon.EC2.Model;
using TaskMesh.Core;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Ports;

namespace TaskMesh.Aws;

/// <summary>Bare-metal workers as EC2 instances.</summary>
/// <param name="launcher">A client that does not retry: see <see cref="AwsClients.Ec2WithoutRetries"/>.</param>
public sealed class Ec2Fleet(IAmazonEC2 ec2, IAmazonEC2 launcher) : IComputeFleet
{
    private const int PageSize = 1_000;
    private const int MaxPages = 100;
    private const int ConsoleTail = 4_000;

    public async Task<LaunchAnswer> LaunchAsync(LaunchRequest request, CancellationToken cancellation)
    {
        try
        {
            var response = await launcher.RunInstancesAsync(ToRunInstances(request), cancellation);
            return new LaunchAnswer.Launched(ToFleetInstance(response.Reservation.Instances[0]));
        }
        catch (AmazonEC2Exception e) when (Ec2Errors.ClassOf(e.ErrorCode, e.StatusCode) != RefusalClass.Ambiguous)
        {
            return new LaunchAnswer.Refused(e.ErrorCode, e.Message, e.RequestId, Ec2Errors.ClassOf(e.ErrorCode, e.StatusCode));
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return new LaunchAnswer.Unknown($"{e.GetType().Name}: {e.Message}");
        }
    }

    public async Task<IReadOnlyList<FleetInstance>> ListAsync(string tag, string value, CancellationToken cancellation)
    {
        var request = new DescribeInstancesRequest
        {
            Filters = [new Filter($"tag:{tag}", [value])],
            MaxResults = PageSize,
        };
        var instances = new List<FleetInstance>();
        for (var page = 1; page <= MaxPages; page++)
        {
            var response = await ec2.DescribeInstancesAsync(request, cancellation);
            instances.AddRange((response.Reservations ?? []).SelectMany(reservation => reservation.Instances ?? []).Select(ToFleetInstance));
            if (string.IsNullOrEmpty(response.NextToken))
                return instances;
            request.NextToken = response.NextToken;
        }
        // Half a list would make living instances look gone.
        throw new InvalidOperationException($"EC2 describes more than {MaxPages} pages of instances with {tag}={value}.");
    }

    public async Task TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellation)
    {
        if (instanceIds.Count == 0)
            return;
        try
        {
            await ec2.TerminateInstancesAsync(new TerminateInstancesRequest([.. instanceIds]), cancellation);
        }
        catch (AmazonEC2Exception e) when (instanceIds.Count > 1 && e.StatusCode < HttpStatusCode.InternalServerError
            && Ec2Errors.ClassOf(e.ErrorCode) != RefusalClass.SlowDown)
        {
            // One that EC2 does not know, or that may not be ended, makes it refuse the whole call, and the others would live on.
            await TerminateEachAsync(instanceIds, cancellation);
        }
        catch (AmazonEC2Exception e) when (Ec2Errors.IsInstanceGone(e.ErrorCode))
        {
            // That is what was wanted.
        }
    }

    private async Task TerminateEachAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellation)
    {
        var refused = new List<Exception>();
        foreach (var id in instanceIds)
        {
            try
            {
                await TerminateAsync([id], cancellation);
            }
            catch (AmazonEC2Exception e)
            {
                refused.Add(new InfrastructureException($"EC2 does not end {id}: {e.ErrorCode}: {e.Message}", e));
            }
        }
        if (refused.Count > 0)
            throw new AggregateException(refused);
    }

    public async Task<string?> ConsoleAsync(string instanceId, CancellationToken cancellation)
    {
        try
        {
            var output = (await ec2.GetConsoleOutputAsync(new GetConsoleOutputRequest { InstanceId = instanceId }, cancellation)).Output;
            if (string.IsNullOrEmpty(output))
                return null;
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(output));
            return text.Length > ConsoleTail ? text[^ConsoleTail..] : text;
        }
        catch (AmazonEC2Exception)
        {
            // It helps a person; its lack must not keep the instance alive.
            return null;
        }
    }

    internal static RunInstancesRequest ToRunInstances(LaunchRequest request) => new()
    {
        ClientToken = request.Token,
        LaunchTemplate = new LaunchTemplateSpecification { LaunchTemplateName = request.Template, Version = request.TemplateVersion },
        InstanceType = request.InstanceType,
        SubnetId = request.Subnet,
        MinCount = 1,
        MaxCount = 1,
        InstanceMarketOptions = request.Market == Market.Spot ? new InstanceMarketOptionsRequest { MarketType = MarketType.Spot } : null,
        TagSpecifications =
        [
            new TagSpecification { ResourceType = ResourceType.Instance, Tags = [.. request.Tags.Select(tag => new Tag(tag.Key, tag.Value))] },
        ],
    };

    private static FleetInstance ToFleetInstance(Instance instance) => new(
        instance.InstanceId,
        instance.State.Name.Value,
        instance.InstanceType.Value,
        instance.Placement?.AvailabilityZone,
        instance.LaunchTime ?? default,
        (instance.Tags ?? []).ToDictionary(tag => tag.Key, tag => tag.Value));
}
