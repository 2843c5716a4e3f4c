using System.Globalization;
using Amazon.EC2.Model;
using TaskMesh.Testing.Contracts;

namespace TaskMesh.Testing.Ec2;

public abstract partial class Ec2Contract
{
    [ContractFact]
    public async Task Types_are_described_by_name_and_by_filter()
    {
        var byName = Assert.Single((await Ec2.DescribeInstanceTypesAsync(new() { InstanceTypes = [TypeName] })).InstanceTypes);
        var byFilter = await Ec2.DescribeInstanceTypesAsync(
            new() { Filters = [new("processor-info.supported-architecture", ["arm64"]), new("instance-type", ["t4g.mic*"])] });

        Assert.Equal((2, 1024L), (byName.VCpuInfo.DefaultVCpus!.Value, byName.MemoryInfo.SizeInMiB!.Value));
        Assert.Equal(["arm64"], byName.ProcessorInfo.SupportedArchitectures);
        Assert.Contains("spot", byName.SupportedUsageClasses);
        Assert.Equal([TypeName], byFilter.InstanceTypes.Select(type => type.InstanceType.Value));
        await AssertRefusedAsync("InvalidInstanceType", () => Ec2.DescribeInstanceTypesAsync(new() { InstanceTypes = ["t0.none"] }));
    }

    [ContractFact]
    public async Task Types_come_page_by_page()
    {
        var seen = new List<string>();
        var some = new Filter("instance-type", ["t4g.*", "t3.*", "c7g.medium", "c7i.large"]);
        var request = new DescribeInstanceTypesRequest { MaxResults = 5, Filters = [some] };
        do
        {
            var page = await Ec2.DescribeInstanceTypesAsync(request);
            Assert.InRange(page.InstanceTypes.Count, 0, 5);
            seen.AddRange(page.InstanceTypes.Select(type => type.InstanceType.Value));
            request.NextToken = page.NextToken;
        }
        while (request.NextToken is not null);

        Assert.Equal(seen.Distinct().Count(), seen.Count);
        Assert.Subset(seen.ToHashSet(), new HashSet<string> { TypeName, "t4g.small", "t3.micro", "c7g.medium" });
        await AssertRefusedAsync("InvalidParameterValue", () => Ec2.DescribeInstanceTypesAsync(new() { MaxResults = 4 }));
    }

    [ContractFact]
    public async Task Images_are_described_by_id()
    {
        var image = Assert.Single((await Ec2.DescribeImagesAsync(new() { ImageIds = [endpoint.ImageId] })).Images);

        Assert.Equal((endpoint.ImageId, "arm64", "available"), (image.ImageId, image.Architecture.Value, image.State.Value));
        await AssertRefusedAsync("InvalidAMIID.NotFound", () => Ec2.DescribeImagesAsync(new() { ImageIds = ["ami-0123456789abcdef0"] }));
    }

    [ContractFact]
    public async Task Subnets_are_described_by_id_and_by_filter()
    {
        var all = (await Ec2.DescribeSubnetsAsync(new())).Subnets;
        var one = all[0];

        var byId = await Ec2.DescribeSubnetsAsync(new() { SubnetIds = [one.SubnetId] });
        var byZone = await Ec2.DescribeSubnetsAsync(new() { Filters = [new("availability-zone", [one.AvailabilityZone])] });

        Assert.Equal(one.CidrBlock, Assert.Single(byId.Subnets).CidrBlock);
        Assert.Contains(one.SubnetId, byZone.Subnets.Select(subnet => subnet.SubnetId));
        Assert.All(byZone.Subnets, subnet => Assert.Equal(one.AvailabilityZone, subnet.AvailabilityZone));
        await AssertRefusedAsync("InvalidSubnetID.NotFound", () => Ec2.DescribeSubnetsAsync(new() { SubnetIds = ["subnet-0123456789abcdef0"] }));
    }

    [ContractFact]
    public async Task Spot_prices_are_told_by_type_and_zone()
    {
        var prices = (await Ec2.DescribeSpotPriceHistoryAsync(
            new() { InstanceTypes = [TypeName], ProductDescriptions = ["Linux/UNIX"], StartTime = DateTime.UtcNow })).SpotPriceHistory;

        Assert.NotEmpty(prices);
        Assert.All(prices, price => Assert.Equal((TypeName, "Linux/UNIX"), (price.InstanceType.Value, price.ProductDescription.Value)));
        Assert.All(prices, price => Assert.InRange(decimal.Parse(price.Price, CultureInfo.InvariantCulture), 0.0001m, 1m));
        Assert.Equal(prices.Count, prices.Select(price => price.AvailabilityZone).Distinct().Count());
    }
}
