using System.Collections.Frozen;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Processes;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>EC2's operations: parameters in, the elements of the answer out.</summary>
public sealed partial class Ec2Operations
{
    private const int ConsoleBytes = 64 * 1024;
    private const int LeastResults = 5;
    private const int MostResults = 1000;

    private readonly InstanceFleet _fleet;
    private readonly CloudConfiguration _configuration;
    private readonly LaunchTemplates _templates;
    private readonly TimeProvider _clock;
    private readonly FrozenDictionary<string, Func<QueryParameters, IEnumerable<XElement>>> _operations;

    public Ec2Operations(InstanceFleet fleet, LaunchTemplates templates, CloudConfiguration configuration, TimeProvider clock)
    {
        _fleet = fleet;
        _configuration = configuration;
        _templates = templates;
        _clock = clock;
        _operations = new Dictionary<string, Func<QueryParameters, IEnumerable<XElement>>>
        {
            ["RunInstances"] = RunInstances,
            ["DescribeInstances"] = DescribeInstances,
            ["TerminateInstances"] = TerminateInstances,
            ["CreateTags"] = CreateTags,
            ["GetConsoleOutput"] = GetConsoleOutput,
            ["CreateLaunchTemplateVersion"] = CreateLaunchTemplateVersion,
            ["DescribeLaunchTemplateVersions"] = DescribeLaunchTemplateVersions,
            ["DescribeSubnets"] = DescribeSubnets,
            ["DescribeInstanceTypes"] = DescribeInstanceTypes,
        }.ToFrozenDictionary();
    }

    public IEnumerable<XElement> Run(string? operation, QueryParameters request) =>
        operation is not null && _operations.TryGetValue(operation, out var run) ? run(request) : throw Ec2Errors.UnknownAction(operation);

    /// <summary>Whether instances were launched with this token.</summary>
    public bool IsKnown(string? clientToken) => clientToken is not null && _fleet.Knows(clientToken);

    private IEnumerable<XElement> RunInstances(QueryParameters request)
    {
        var plan = LaunchPlan.Read(request, _configuration, _templates);
        if (request.Flag("DryRun"))
            throw Ec2Errors.DryRun();
        var reservation = _fleet.Launch(plan).GroupBy(instance => instance.ReservationId).Single();
        return Ec2Xml.Reservation(reservation, _configuration).OfType<XElement>();
    }

    /// <summary>A page ends with the token that is the id of its last instance.</summary>
    private IEnumerable<XElement> DescribeInstances(QueryParameters request)
    {
        var ids = request.Texts("InstanceId");
        var most = request.Number("MaxResults");
        if (most is not null && ids is not null)
            throw Ec2Errors.Combination("The parameter instancesSet cannot be used with the parameter maxResults");
        if (most is < LeastResults or > MostResults)
            throw Ec2Errors.Invalid($"Value ( {most} ) for parameter maxResults is invalid. Expecting a value from {LeastResults} to {MostResults}.");
        var found = (ids is null ? _fleet.All() : Instances(ids)).Where(InstanceFilter.Of(request)).ToList();
        var start = request["NextToken"] is { } token ? found.FindIndex(instance => instance.Id == token) + 1 : 0;
        var page = found.Skip(start).Take(Math.Min(most ?? MostResults, _configuration.Ec2.MostPerPage)).ToList();
        return
        [
            Ec2Xml.Set("reservationSet", page.GroupBy(instance => instance.ReservationId).Select(group => Ec2Xml.Reservation(group, _configuration))),
            .. start + page.Count < found.Count ? [Ec2Xml.Element("nextToken", page[^1].Id)] : Enumerable.Empty<XElement>(),
        ];
    }

    private IEnumerable<XElement> TerminateInstances(QueryParameters request)
    {
        var instances = Instances(request.Texts("InstanceId") ?? throw Ec2Errors.Missing("InstanceId"));
        return
        [
            Ec2Xml.Set("instancesSet", instances.Select(instance =>
            {
                var (before, after) = _fleet.Terminate(instance);
                return (object?[])
                [
                    Ec2Xml.Element("instanceId", instance.Id),
                    Ec2Xml.State("currentState", after),
                    Ec2Xml.State("previousState", before),
                ];
            })),
        ];
    }

    private IEnumerable<XElement> CreateTags(QueryParameters request)
    {
        var instances = Instances(request.Texts("ResourceId") ?? throw Ec2Errors.Missing("ResourceId"));
        var tags = request.Map("Tag", "Key", tag => tag["Value"] ?? "") ?? throw Ec2Errors.Missing("Tag");
        foreach (var instance in instances)
        {
            foreach (var (key, value) in tags)
                _fleet.Tag(instance, key, value);
        }
        return [Ec2Xml.Element("return", true)];
    }

    private IEnumerable<XElement> GetConsoleOutput(QueryParameters request)
    {
        var instance = Instances([request["InstanceId"] ?? throw Ec2Errors.Missing("InstanceId")])[0];
        var output = OutputTail.ReadBytes(_fleet.OutputFile(instance), ConsoleBytes);
        return
        [
            Ec2Xml.Element("instanceId", instance.Id),
            Ec2Xml.Element("timestamp", Ec2Xml.Time(_clock.GetUtcNow())),
            Ec2Xml.Element("output", Convert.ToBase64String(output)),
        ];
    }

    /// <summary>From now on it is "$Latest".</summary>
    private IEnumerable<XElement> CreateLaunchTemplateVersion(QueryParameters request)
    {
        var (template, number) = _templates.AddVersion(request);
        return [Ec2Xml.Element("launchTemplateVersion", Ec2Xml.TemplateVersion(template, number))];
    }

    private IEnumerable<XElement> DescribeLaunchTemplateVersions(QueryParameters request)
    {
        var template = _templates.Find(request["LaunchTemplateName"], request["LaunchTemplateId"]);
        var numbers = request.Texts("LaunchTemplateVersion") is { Count: > 0 } asked
            ? asked.Select(version => LaunchTemplates.Number(template, version))
            : Enumerable.Range(1, template.Versions.Count).Reverse();
        return [Ec2Xml.Set("launchTemplateVersionSet", numbers.Select(number => Ec2Xml.TemplateVersion(template, number)))];
    }

    private IEnumerable<XElement> DescribeSubnets(QueryParameters request)
    {
        RefuseFilters(request);
        var ids = request.Texts("SubnetId") ?? [.. _configuration.Subnets.Keys];
        return
        [
            Ec2Xml.Set("subnetSet", ids.Select(id => _configuration.Subnets.TryGetValue(id, out var subnet)
                ? Ec2Xml.Subnet(id, subnet, _configuration)
                : throw Ec2Errors.Subnet(id))),
        ];
    }

    private static IEnumerable<XElement> DescribeInstanceTypes(QueryParameters request)
    {
        RefuseFilters(request);
        var names = request.Texts("InstanceType") ?? [.. InstanceTypes.All.Keys];
        if (names.Where(name => !InstanceTypes.All.ContainsKey(name)).ToList() is { Count: > 0 } unknown)
            throw new AwsException("InvalidInstanceType", $"The following supplied instance types do not exist: [{string.Join(", ", unknown)}]");
        return [Ec2Xml.Set("instanceTypeSet", names.Select(name => Ec2Xml.InstanceTypeInfo(name, InstanceTypes.All[name])))];
    }

    /// <summary>A filter that is passed over would answer with too much.</summary>
    private static void RefuseFilters(QueryParameters request)
    {
        if (request.List("Filter").FirstOrDefault() is { } filter)
            throw Ec2Errors.Invalid($"The filter '{filter["Name"]}' is invalid");
    }

    private List<Instance> Instances(IReadOnlyList<string> ids)
    {
        if (ids.FirstOrDefault(id => !InstanceId().IsMatch(id)) is { } malformed)
            throw Ec2Errors.MalformedInstance(malformed);
        var known = _fleet.All().Where(instance => ids.Contains(instance.Id)).ToList();
        var unknown = ids.Except(known.Select(instance => instance.Id)).ToList();
        return unknown.Count == 0 ? known : throw Ec2Errors.Instances(unknown);
    }

    [GeneratedRegex("^i-[0-9a-f]{8,17}$")]
    private static partial Regex InstanceId();
}
