using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Cdk.Tests.Constructs;

public class NetworkTests
{
    private static readonly string[] Kinds = ["isolated", "private", "public"];

    [NodeFact]
    public void Three_kinds_of_subnets_stand_in_each_of_three_zones()
    {
        var subnets = SynthesisedMesh.Dev.All("AWS::EC2::Subnet").Values.Select(subnet => (Kind: KindOf(subnet), Zone: ZoneOf(subnet))).ToArray();

        Assert.Equal(
            from kind in Kinds from zone in Enumerable.Range(0, 3) select (kind, zone),
            subnets.Order());
    }

    [NodeFact]
    public void Only_public_subnets_have_a_way_out_and_nobody_has_a_nat()
    {
        var route = SynthesisedMesh.Dev.All("AWS::EC2::Route");

        Assert.Equal(3, route.Count);
        Assert.All(route.Keys, name => Assert.StartsWith("NetworkVpcpublicSubnet", name, StringComparison.Ordinal));
        Assert.Empty(SynthesisedMesh.Dev.All("AWS::EC2::NatGateway"));
        Assert.All(
            SynthesisedMesh.Dev.All("AWS::EC2::Subnet").Values,
            subnet => Assert.Equal(KindOf(subnet) == "public", subnet.GetProperty("MapPublicIpOnLaunch").GetBoolean()));
    }

    [NodeFact]
    public void Endpoints_of_aws_stand_where_functions_do_and_the_database_reaches_none()
    {
        var endpoints = SynthesisedMesh.Dev.All("AWS::EC2::VPCEndpoint");
        var byKind = endpoints.ToLookup(endpoint => endpoint.Value.GetProperty("VpcEndpointType").GetString());

        Assert.Equal(
            ["Ec2", "SecretsManager", "Sqs"],
            byKind["Interface"].Select(endpoint => endpoint.Key["NetworkVpc".Length..^"00000000".Length]).Order());
        Assert.All(byKind["Interface"], endpoint => Assert.Equal(3, endpoint.Value.GetProperty("SubnetIds").GetArrayLength()));
        Assert.All(byKind["Interface"], endpoint => Assert.True(endpoint.Value.GetProperty("PrivateDnsEnabled").GetBoolean()));
        Assert.DoesNotContain("isolated", string.Join(' ', endpoints.Values), StringComparison.Ordinal);
        Assert.Equal(6, Assert.Single(byKind["Gateway"]).Value.GetProperty("RouteTableIds").GetArrayLength());
    }

    [NodeFact]
    public void Nobody_is_reached_from_outside()
    {
        var open = SynthesisedMesh.Dev.All("AWS::EC2::SecurityGroup").Values.Where(group => group.TryGetProperty("SecurityGroupIngress", out _));
        var rules = SynthesisedMesh.Dev.All("AWS::EC2::SecurityGroupIngress").Values;

        Assert.Empty(open);
        Assert.All(rules, rule => Assert.True(rule.TryGetProperty("SourceSecurityGroupId", out _)));
        Assert.Equal(
            [443, 443, 5432, 5432],
            rules.Select(rule => rule.GetProperty("FromPort").GetInt32()).Order());
    }

    private static string KindOf(JsonElement subnet) => Tag(subnet, "aws-cdk:subnet-name");

    private static int ZoneOf(JsonElement subnet) => int.Parse(
        subnet.GetProperty("AvailabilityZone").GetProperty("Fn::Select")[0].ToString(), System.Globalization.CultureInfo.InvariantCulture);

    private static string Tag(JsonElement resource, string key) => resource.GetProperty("Tags").EnumerateArray()
        .Single(tag => tag.GetProperty("Key").GetString() == key).GetProperty("Value").GetString()!;
}
