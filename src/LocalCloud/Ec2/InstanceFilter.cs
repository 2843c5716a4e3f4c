using System.IO.Enumeration;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>The filters of DescribeInstances: all of them must match, each by one of its values, in which "*" and "?" are wildcards.</summary>
internal static class InstanceFilter
{
    private const string TagPrefix = "tag:";

    private static readonly Dictionary<string, Func<Instance, IEnumerable<string?>>> Fields = new()
    {
        ["availability-zone"] = instance => [instance.Plan.Zone],
        ["client-token"] = instance => [instance.Plan.ClientToken],
        ["image-id"] = instance => [instance.Plan.ImageId],
        ["instance-id"] = instance => [instance.Id],
        ["instance-state-name"] = instance => [Ec2Xml.StateName(instance.State)],
        ["instance-type"] = instance => [instance.Plan.InstanceType],
        ["reservation-id"] = instance => [instance.ReservationId],
        ["subnet-id"] = instance => [instance.Plan.SubnetId],
        ["tag-key"] = instance => instance.Tags.Keys,
    };

    public static Func<Instance, bool> Of(QueryParameters request)
    {
        var filters = request.List("Filter").Select(filter => (Field: Field(filter["Name"] ?? ""), Values: filter.Texts("Value") ?? [])).ToList();
        return instance => filters.TrueForAll(filter => filter.Field(instance).Any(actual => actual is not null
            && filter.Values.Any(value => FileSystemName.MatchesSimpleExpression(value, actual, ignoreCase: false))));
    }

    private static Func<Instance, IEnumerable<string?>> Field(string name)
    {
        if (name.StartsWith(TagPrefix, StringComparison.Ordinal))
            return instance => [instance.Tags.GetValueOrDefault(name[TagPrefix.Length..])];
        return Fields.TryGetValue(name, out var field) ? field : throw Ec2Errors.Invalid($"The filter '{name}' is invalid");
    }
}
