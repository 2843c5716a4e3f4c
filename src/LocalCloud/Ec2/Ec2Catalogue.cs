using System.Globalization;
using System.Xml.Linq;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>What there is to launch from and in: launch templates, images, subnets, instance types and their spot prices.</summary>
public sealed class Ec2Catalogue(LaunchTemplates templates, CloudConfiguration configuration, TimeProvider clock)
{
    private const string Linux = "Linux/UNIX";

    private static readonly Ec2Page TemplatePages = new(1, 200);
    private static readonly Ec2Page SubnetPages = new(5, 1000);
    private static readonly Ec2Page TypePages = new(5, 100);
    private static readonly Ec2Page ImagePages = new(1, 1000);
    private static readonly Ec2Page PricePages = new(1, 1000);

    private static readonly Ec2Filter<KeyValuePair<string, SubnetConfiguration>> Subnets = new(new()
    {
        ["availability-zone"] = subnet => [subnet.Value.AvailabilityZone],
        ["cidr-block"] = subnet => [subnet.Value.CidrBlock],
        ["state"] = _ => [Ec2Xml.Available],
        ["subnet-id"] = subnet => [subnet.Key],
        ["vpc-id"] = _ => [Ec2Xml.VpcId],
    });

    private static readonly Ec2Filter<KeyValuePair<string, InstanceType>> Types = new(new()
    {
        ["current-generation"] = _ => ["true"],
        ["instance-type"] = type => [type.Key],
        ["memory-info.size-in-mib"] = type => [Text(type.Value.MemoryMiB)],
        ["processor-info.supported-architecture"] = type => [type.Value.Architecture],
        ["supported-usage-class"] = _ => Ec2Xml.UsageClasses,
        ["vcpu-info.default-vcpus"] = type => [Text(type.Value.Vcpus)],
    });

    private static readonly Ec2Filter<KeyValuePair<string, ImageConfiguration>> Images = new(new()
    {
        ["architecture"] = image => [image.Value.Architecture],
        ["image-id"] = image => [image.Key],
        ["state"] = _ => [Ec2Xml.Available],
    });

    private static readonly Ec2Filter<SpotPrice> Prices = new(new()
    {
        ["availability-zone"] = price => [price.Zone],
        ["instance-type"] = price => [price.Type],
        ["product-description"] = _ => [Linux],
        ["spot-price"] = price => [price.Dollars],
    });

    /// <summary>Prices never change, so each has held since this cloud began.</summary>
    private readonly DateTimeOffset _started = clock.GetUtcNow();

    public IEnumerable<KeyValuePair<string, Func<QueryParameters, IEnumerable<XElement>>>> All =>
    [
        new("CreateLaunchTemplate", CreateLaunchTemplate),
        new("CreateLaunchTemplateVersion", CreateLaunchTemplateVersion),
        new("DeleteLaunchTemplate", DeleteLaunchTemplate),
        new("DescribeLaunchTemplateVersions", DescribeLaunchTemplateVersions),
        new("DescribeImages", DescribeImages),
        new("DescribeSubnets", DescribeSubnets),
        new("DescribeInstanceTypes", DescribeInstanceTypes),
        new("DescribeSpotPriceHistory", DescribeSpotPriceHistory),
    ];

    private IEnumerable<XElement> CreateLaunchTemplate(QueryParameters request) =>
        [Ec2Xml.Element("launchTemplate", Ec2Xml.Template(templates.Add(request)))];

    /// <summary>From now on it is "$Latest".</summary>
    private IEnumerable<XElement> CreateLaunchTemplateVersion(QueryParameters request)
    {
        var (template, number) = templates.AddVersion(request);
        return [Ec2Xml.Element("launchTemplateVersion", Ec2Xml.TemplateVersion(template, number))];
    }

    private IEnumerable<XElement> DeleteLaunchTemplate(QueryParameters request) =>
        [Ec2Xml.Element("launchTemplate", Ec2Xml.Template(templates.Remove(request)))];

    private IEnumerable<XElement> DescribeLaunchTemplateVersions(QueryParameters request)
    {
        var template = templates.Find(request["LaunchTemplateName"], request["LaunchTemplateId"]);
        var numbers = request.Texts("LaunchTemplateVersion") is { Count: > 0 } asked
            ? asked.Select(version => LaunchTemplates.Number(template, version))
            : Enumerable.Range(1, template.Versions.Count).Reverse();
        return TemplatePages.Of(
            request, "launchTemplateVersionSet", numbers, Text, page => page.Select(number => Ec2Xml.TemplateVersion(template, number)));
    }

    private IEnumerable<XElement> DescribeImages(QueryParameters request)
    {
        var ids = request.Texts("ImageId") ?? [.. configuration.Images.Keys];
        if (ids.FirstOrDefault(id => !configuration.Images.ContainsKey(id)) is { } unknown)
            throw Ec2Errors.Image(unknown);
        var found = ids.Select(id => KeyValuePair.Create(id, configuration.Images[id])).Where(Images.Of(request));
        return ImagePages.Of(
            request, "imagesSet", found, image => image.Key, page => page.Select(image => Ec2Xml.Image(image.Key, image.Value, configuration)));
    }

    private IEnumerable<XElement> DescribeSubnets(QueryParameters request)
    {
        var ids = request.Texts("SubnetId") ?? [.. configuration.Subnets.Keys];
        if (ids.FirstOrDefault(id => !configuration.Subnets.ContainsKey(id)) is { } unknown)
            throw Ec2Errors.Subnet(unknown);
        var found = ids.Select(id => KeyValuePair.Create(id, configuration.Subnets[id])).Where(Subnets.Of(request));
        return SubnetPages.Of(
            request, "subnetSet", found, subnet => subnet.Key, page => page.Select(subnet => Ec2Xml.Subnet(subnet.Key, subnet.Value, configuration)));
    }

    private IEnumerable<XElement> DescribeInstanceTypes(QueryParameters request)
    {
        var names = request.Texts("InstanceType") ?? [.. InstanceTypes.All.Keys];
        if (names.Where(name => !InstanceTypes.All.ContainsKey(name)).ToList() is { Count: > 0 } unknown)
            throw new AwsException("InvalidInstanceType", $"The following supplied instance types do not exist: [{string.Join(", ", unknown)}]");
        var found = names.Select(name => KeyValuePair.Create(name, InstanceTypes.All[name])).Where(Types.Of(request));
        return TypePages.Of(
            request, "instanceTypeSet", found, type => type.Key, page => page.Select(type => Ec2Xml.InstanceTypeInfo(type.Key, type.Value)));
    }

    private IEnumerable<XElement> DescribeSpotPriceHistory(QueryParameters request)
    {
        var types = request.Texts("InstanceType");
        var products = request.Texts("ProductDescription");
        var found = Zones()
            .SelectMany(zone => InstanceTypes.All.Select(type => new SpotPrice(zone, type.Key, type.Value.SpotDollars)))
            .Where(price => types?.Contains(price.Type) != false && products?.Contains(Linux) != false)
            .Where(price => request["AvailabilityZone"] is not { } zone || zone == price.Zone)
            .Where(Prices.Of(request));
        return PricePages.Of(
            request, "spotPriceHistorySet", found, price => $"{price.Zone}/{price.Type}", page => page.Select(price => (object?[])
            [
                Ec2Xml.Element("instanceType", price.Type),
                Ec2Xml.Element("productDescription", Linux),
                Ec2Xml.Element("spotPrice", price.Dollars),
                Ec2Xml.Element("timestamp", Ec2Xml.Time(_started)),
                Ec2Xml.Element("availabilityZone", price.Zone),
            ]));
    }

    /// <summary>Without a subnet there is the one zone in which launches then are.</summary>
    private IEnumerable<string> Zones() =>
        configuration.Subnets.Values.Select(subnet => subnet.AvailabilityZone).DefaultIfEmpty($"{configuration.Region}a").Distinct();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record SpotPrice(string Zone, string Type, string Dollars);
}
