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

    private static readonly Ec2Filter<Instance> Filter = new(
        new()
        {
            ["availability-zone"] = instance => [instance.Plan.Zone],
            ["client-token"] = instance => [instance.Plan.ClientToken],
            ["image-id"] = instance => [instance.Plan.ImageId],
            ["instance-id"] = instance => [instance.Id],
            ["instance-lifecycle"] = instance => [instance.Plan.Market == "spot" ? "spot" : null],
            ["instance-state-name"] = instance => [Ec2Xml.StateName(instance.State)],
            ["instance-type"] = instance => [instance.Plan.InstanceType],
            ["reservation-id"] = instance => [instance.ReservationId],
            ["subnet-id"] = instance => [instance.Plan.SubnetId],
        },
        instance => instance.Tags);

    private readonly InstanceFleet _fleet;
    private readonly CloudConfiguration _configuration;
    private readonly LaunchTemplates _templates;
    private readonly TimeProvider _clock;
    private readonly FrozenDictionary<string, Func<QueryParameters, IEnumerable<XElement>>> _operations;

    public Ec2Operations(
        InstanceFleet fleet, LaunchTemplates templates, Ec2Catalogue catalogue, CloudConfiguration configuration, TimeProvider clock)
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
        }.Concat(catalogue.All).ToFrozenDictionary();
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

    private IEnumerable<XElement> DescribeInstances(QueryParameters request)
    {
        var ids = request.Texts("InstanceId");
        var most = request.Number("MaxResults");
        if (most is not null && ids is not null)
            throw Ec2Errors.Combination("The parameter instancesSet cannot be used with the parameter maxResults");
        var found = (ids is null ? _fleet.All() : Instances(ids)).Where(Filter.Of(request));
        return new Ec2Page(LeastResults, MostResults, _configuration.Ec2.MostPerPage).Of(
            request, "reservationSet", found, instance => instance.Id, page => page.GroupBy(instance => instance.ReservationId)
                .Select(reservation => Ec2Xml.Reservation(reservation, _configuration)));
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
